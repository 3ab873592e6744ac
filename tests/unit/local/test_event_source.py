"""The event source polls its queue when a message is announced, and until it is empty otherwise."""

import threading
from typing import Any

from local.event_source import EventSource


class Queue:
    """A queue of ``messages``, and a wait that returns the next of ``announcements`` and then stops the source."""

    def __init__(self, messages: int, announcements: list[bool]) -> None:
        self.messages = messages
        self.announcements = announcements
        self.waits: list[bool] = []
        self.stopping = threading.Event()

    def receive_message(self, **_: Any) -> dict[str, Any]:
        self.messages -= 1
        return {"Messages": [{"MessageId": "1", "ReceiptHandle": "r", "Body": "{}"}]} if self.messages >= 0 else {}

    def delete_message(self, **_: Any) -> None:
        pass

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds > 0)
        is_announced = self.announcements.pop(0)
        if not self.announcements:
            self.stopping.set()
        return is_announced


def waits(messages: int, announcements: list[bool]) -> list[bool]:
    """Return for each poll whether the source waited for an announcement before it."""
    queue: Any = Queue(messages, announcements)
    EventSource(queue, "url", lambda _event, _context: None, queue.wait).run(queue.stopping)
    return queue.waits  # type: ignore[no-any-return]


def test_after_an_announced_message_the_source_waits_for_the_next_one() -> None:
    assert waits(2, [True, True, False]) == [False, True, True]


def test_messages_that_nobody_announced_are_handled_without_a_pause_until_the_queue_is_empty() -> None:
    assert waits(2, [False, False, False, False]) == [False, False, False, True]
