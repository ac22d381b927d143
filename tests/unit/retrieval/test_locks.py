from __future__ import annotations

import threading
import time

import pytest

from retrieval.locks import ReadWriteLock


def test_readers_share_the_lock() -> None:
    lock = ReadWriteLock()
    both = threading.Barrier(2, timeout=5)
    met: list[bool] = []

    def read() -> None:
        with lock.reading():
            both.wait()
            met.append(True)

    _run(read, read)
    assert met == [True, True]


def test_a_writer_is_alone() -> None:
    lock = ReadWriteLock()
    inside = 0
    seen: list[int] = []

    def write() -> None:
        nonlocal inside
        for _ in range(200):
            with lock.writing():
                inside += 1
                seen.append(inside)
                inside -= 1

    _run(write, write, write)
    assert set(seen) == {1}


def test_no_reader_sees_half_a_write() -> None:
    lock = ReadWriteLock()
    pair = [0, 0]
    torn: list[tuple[int, int]] = []

    def write() -> None:
        for number in range(300):
            with lock.writing():
                pair[0] = number
                time.sleep(0)
                pair[1] = number

    def read() -> None:
        for _ in range(300):
            with lock.reading():
                first = pair[0]
                time.sleep(0)
                if first != pair[1]:
                    torn.append((first, pair[1]))

    _run(write, read, read)
    assert torn == []


def test_a_waiting_writer_goes_before_new_readers() -> None:
    lock = ReadWriteLock()
    order: list[str] = []
    reading = threading.Event()
    release = threading.Event()

    def first_reader() -> None:
        with lock.reading():
            reading.set()
            release.wait(5)

    def writer() -> None:
        with lock.writing():
            order.append("writer")

    def late_reader() -> None:
        with lock.reading():
            order.append("reader")

    threads = [threading.Thread(target=first_reader)]
    threads[0].start()
    assert reading.wait(5)
    for target in (writer, late_reader):
        threads.append(threading.Thread(target=target))
        threads[-1].start()
        time.sleep(0.05)
    release.set()
    for thread in threads:
        thread.join(5)
    assert order == ["writer", "reader"]


def test_an_error_inside_lets_the_lock_go() -> None:
    lock = ReadWriteLock()
    for hold in (lock.reading, lock.writing):
        with pytest.raises(KeyError), hold():
            {}.popitem()
    with lock.writing():
        assert not lock._readers


def _run(*targets: object) -> None:
    threads = [threading.Thread(target=target) for target in targets]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
