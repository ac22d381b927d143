"""What keeps the encoder's own arithmetic from being used. ONNX Runtime takes its place then."""

from __future__ import annotations

from retrieval.errors import EncoderUnavailable


class NativeUnavailable(EncoderUnavailable):
    """This machine, compiler or model is not one that the native encoder serves; the message says which and why."""
