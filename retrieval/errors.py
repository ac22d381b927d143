"""Errors of `retrieval`.

RetrievalError
├── UnreadableDocument      the file cannot be parsed; the message says why and what to do
│   └── UnknownFormat       no loader takes this kind of file
├── RecogniserUnavailable   pictures cannot be read: its models are missing or not the ones that are meant
├── ParserUnavailable       the process that reads documents does not start; no document is to blame
├── EncoderUnavailable      the encoder's folder is missing or broken
├── RerankerUnavailable     the reranker's folder or library is missing, or its weights are not the ones that are meant
├── IndexUnavailable        the server that holds the vectors does not answer, or its client is missing
├── IndexDamaged            an index generation fails its checks
└── IndexNotWritten         a generation could not be written (disk full, no permission); the old one stays live
"""

from __future__ import annotations


class RetrievalError(Exception):
    """Base of all errors raised here; `retryable` says whether the same call may succeed later."""

    retryable = False


class UnreadableDocument(RetrievalError):
    """The document cannot be parsed. `code` is stable; `detail` holds what a translated message needs."""

    def __init__(self, code: str, message: str, **detail: str | int) -> None:
        super().__init__(message)
        self.code = code
        self.detail = detail


class UnknownFormat(UnreadableDocument):
    """No loader takes this kind of file."""


class RecogniserUnavailable(RetrievalError):
    """Text in pictures cannot be read here: RapidOCR or one of its models is missing or not the one that is meant."""


class ParserUnavailable(RetrievalError):
    """The process that reads documents does not start (no memory, a broken installation). No document is to blame."""

    retryable = True


class EncoderUnavailable(RetrievalError):
    """The encoder's folder is missing, incomplete or of another dimension than the index."""


class RerankerUnavailable(RetrievalError):
    """The reranker's folder is missing or broken, its weights are not the expected ones, or a library is missing."""


class IndexUnavailable(RetrievalError):
    """The server that holds the vectors does not answer, or its client is not installed."""

    retryable = True


class IndexDamaged(RetrievalError):
    """An index generation fails its checks (checksum, counts, ids)."""


class IndexNotWritten(RetrievalError):
    """A generation could not be written (disk full, no permission). Nothing was switched: the old one stays live."""

    retryable = True
