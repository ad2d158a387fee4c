import threading
from collections import deque

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vedette.sdk.delivery.health import Tally
from vedette.sdk.delivery.queue import MemoryQueue

MOST = 5


class QueueMachine(RuleBasedStateMachine):
    """Against a deque: order, bound, the count of what was dropped, and what a mark says."""

    def __init__(self) -> None:
        super().__init__()
        self.tally = Tally()
        self.queue = MemoryQueue(MOST, 3, self.tally, lambda full: None)
        self.waiting: deque[int] = deque()
        self.hand: list[int] = []
        self.put_so_far = 0
        self.dropped = 0
        self.marks: list[tuple[int, object]] = []

    @rule()
    def put(self) -> None:
        self.queue.put(self.put_so_far)
        self.waiting.append(self.put_so_far)
        self.put_so_far += 1
        if len(self.waiting) > MOST:
            self.waiting.popleft()
            self.dropped += 1

    @precondition(lambda self: not self.hand)
    @rule(limit=st.integers(1, 4))
    def take(self, limit: int) -> None:
        expected = [self.waiting.popleft() for _ in range(min(limit, len(self.waiting)))]
        assert self.queue.take(limit) == expected
        self.hand = expected

    @rule()
    def done(self) -> None:
        self.queue.done()
        self.hand = []

    @rule()
    def mark(self) -> None:
        self.marks.append((self.put_so_far, self.queue.mark()))

    @invariant()
    def counts(self) -> None:
        assert len(self.queue) == len(self.waiting)
        assert self.tally.dropped.get("overflow", 0) == self.dropped

    @invariant()
    def marks_tell_whether_all_before_them_has_left(self) -> None:
        oldest = min([*self.hand, *self.waiting], default=self.put_so_far)
        for put_before, passed in self.marks:
            assert passed() == (oldest >= put_before)  # type: ignore[operator]


TestQueue = QueueMachine.TestCase


@given(batch=st.integers(2, 6))
def test_it_wakes_for_the_first_item_and_for_a_batch(batch: int) -> None:
    woken: list[bool] = []
    queue = MemoryQueue(100, batch, Tally(), woken.append)
    for item in range(batch + 2):
        queue.put(item)
    assert woken == [False, True]


def test_many_threads_lose_nothing_uncounted() -> None:
    tally = Tally()
    queue = MemoryQueue(1000, 10, tally, lambda full: None)
    taken = 0

    def put() -> None:
        for item in range(5000):
            queue.put(item)

    threads = [threading.Thread(target=put) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or len(queue):
        taken += len(queue.take(64))
        queue.done()
    assert taken + tally.dropped.get("overflow", 0) == 20_000


def test_closed_it_counts_what_comes() -> None:
    tally = Tally()
    queue = MemoryQueue(10, 10, tally, lambda full: None)
    queue.put(1)
    assert queue.close() == 1
    queue.put(2)
    assert (len(queue), tally.dropped) == (0, {"shutdown": 1})
