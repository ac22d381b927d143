from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.catalog.converters.e5_file import E5File
from inference.catalog.errors import MalformedArtefact


def test_dimensions_and_pieces_come_from_the_file(make_e5: Any) -> None:
    file = E5File(make_e5())
    assert (file.shape.hidden, file.shape.layers, file.shape.heads, file.shape.ffn) == (64, 2, 4, 128)
    assert file.shape.epsilon == 1e-12
    assert file.pieces.scored[9] == (":", -3.5)
    assert (file.pieces.bos, file.pieces.eos, file.pieces.pad, file.pieces.unknown) == (0, 2, 1, 3)
    assert file.pieces.normalisation[0xFF21] == "A"


def test_a_block_is_its_scale_times_nibbles_low_halves_first(make_e5: Any) -> None:
    file = E5File(make_e5())
    scales, values = file.blocks("l0.q.w", 64, 64)
    assert scales.shape == (64, 2)
    assert values.shape == (64, 2, 32)
    assert values.min() >= -8
    assert values.max() <= 7
    np.testing.assert_array_equal(file.matrix("l0.q.w", 64, 64)[3, 32:], scales[3, 1] * values[3, 1])


def test_low_nibbles_are_the_first_half_of_a_block(make_e5: Any, tmp_path: Path) -> None:
    path = make_e5()
    raw = bytearray(path.read_bytes())
    file = E5File(path)
    offset, _ = file._directory["l0.q.w"]
    raw[offset : offset + 18] = np.float16(0.5).tobytes() + bytes([0x2F] + [0x88] * 15)
    path.write_bytes(bytes(raw))
    row = E5File(path).matrix("l0.q.w", 64, 64)[0, :32]
    assert row[0] == 0.5 * (0xF - 8)
    assert row[16] == 0.5 * (0x2 - 8)
    assert not row[1:16].any()


@pytest.mark.parametrize("magic", [b"E5S2", b"GGUF", b"\0\0\0\0"])
def test_another_magic_is_refused(make_e5: Any, magic: Any) -> None:
    with pytest.raises(MalformedArtefact, match="begin with E5S1"):
        E5File(make_e5(magic=magic))


@pytest.mark.parametrize("keep", [4, 20, 100, 500])
def test_a_file_cut_short_is_refused(make_e5: Any, keep: Any) -> None:
    with pytest.raises(MalformedArtefact, match="cut short"):
        E5File(make_e5(keep=keep))


def test_a_tensor_cut_off_is_named(make_e5: Any) -> None:
    size = len(make_e5().read_bytes())
    file = E5File(make_e5(keep=size - 10))
    with pytest.raises(MalformedArtefact, match=r"l1\.oln\.b"):
        file.floats("l1.oln.b", 64)


def test_other_blocks_are_refused(make_e5: Any) -> None:
    with pytest.raises(MalformedArtefact, match="blocks have 64 weights"):
        E5File(make_e5(block=64))


def test_a_missing_tensor_is_named(make_e5: Any) -> None:
    with pytest.raises(MalformedArtefact, match="no tensor pooler"):
        E5File(make_e5()).floats("pooler", 1)
