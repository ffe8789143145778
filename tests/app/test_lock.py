from collections.abc import Callable
from threading import Event, Thread

from bowerbird.app.lock import ReadWriteLock


def start(work: Callable[[], None]) -> Thread:
    thread = Thread(target=work)
    thread.start()
    return thread


def test_pages_share_the_lock_and_a_fold_waits_for_them() -> None:
    lock, folded = ReadWriteLock(), Event()

    def fold() -> None:
        with lock.write():
            folded.set()

    with lock.read(), lock.read():
        writer = start(fold)
        assert not folded.wait(0.05)
    writer.join(5)
    assert folded.is_set()


def test_a_waiting_fold_goes_before_new_pages() -> None:
    lock = ReadWriteLock()
    order: list[str] = []
    waiting = Event()

    def fold() -> None:
        waiting.set()
        with lock.write():
            order.append("fold")

    def page() -> None:
        with lock.read():
            order.append("page")

    with lock.read():
        writer = start(fold)
        waiting.wait(5)
        while not lock._waiting:  # until the writer stands in line
            waiting.wait(0.001)
        reader = start(page)
    writer.join(5)
    reader.join(5)
    assert order == ["fold", "page"]


def test_an_error_inside_lets_the_lock_go() -> None:
    lock = ReadWriteLock()
    for hold in (lock.read, lock.write):
        try:
            with hold():
                raise ValueError
        except ValueError:
            pass
    with lock.write():
        pass
