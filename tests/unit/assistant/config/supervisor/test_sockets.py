import socket
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assistant.config.supervisor import sockets


def test_a_free_port_is_not_taken_and_a_listening_one_is() -> None:
    port = sockets.free_port()
    assert not sockets.is_taken(port)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        assert sockets.is_taken(port)


@given(st.text(alphabet="ab数", min_size=1, max_size=140))
def test_what_fits_can_be_bound_by_its_bytes_not_its_letters(name: str) -> None:
    assert sockets.fits(Path("/") / name) == (len(name.encode()) + 1 <= 100)
