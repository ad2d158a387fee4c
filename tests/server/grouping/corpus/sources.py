from typing import Any

from tests.server.grouping.corpus.shapes import Event, different, event, exception, frame, message, python, same


def at(words: str, title: str = "ValueError: bad", **more: Any) -> dict[str, Any]:
    return exception(title, *(frame(each, "module function") for each in words.split(", ")), **more)


def link(number: int, parent: int | None = None, *, group: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "chained", "exception_id": number}
    return (
        found | ({"parent_id": parent} if parent is not None else {}) | ({"is_exception_group": True} if group else {})
    )


def grouped(*children: tuple[str, str], message: str = "2 sub-exceptions") -> Event:
    """An ExceptionGroup of `(title, frames)`, as Python's SDK sends it: the wrapper last."""
    inner = [at(words, title, mechanism=link(n, 0)) for n, (title, words) in enumerate(children, 1)]
    return event(
        "python", *inner[::-1], at("shop.jobs all", f"ExceptionGroup: {message}", mechanism=link(0, group=True))
    )


OUTER = "PaymentFailed: no payment"
A, B = ("KeyError: 'a'", "shop.a run"), ("TypeError: b", "shop.b run")
THREAD = {"stacktrace": {"frames": [frame("shop.cart total", "module function")]}}

PAIRS = [
    same(
        "a client's fingerprint",
        python("A: a", "x y", fingerprint=["checkout"]),
        python("B: b", "u v", fingerprint=["checkout"]),
    ),
    same("`{{ default }}` alone is none", python("A: a", "x y", fingerprint=["{{ default }}"]), python("A: b", "x y")),
    same(
        "`{{ default }}` and a word, twice",
        python("A: a", "x y", fingerprint=["{{ default }}", "eu"]),
        python("A: b", "x y", fingerprint=["{{default}}", "eu"]),
    ),
    different(
        "`{{ default }}` and two words",
        python("A: a", "x y", fingerprint=["{{ default }}", "eu"]),
        python("A: a", "x y", fingerprint=["{{ default }}", "us"]),
    ),
    different(
        "`{{ default }}` of two stacks",
        python("A: a", "x y", fingerprint=["{{ default }}", "eu"]),
        python("A: a", "x z", fingerprint=["{{ default }}", "eu"]),
    ),
    same(
        "`{{ type }}`",
        python("A: a", "x y", fingerprint=["{{ type }}"]),
        python("A: b", "u v", fingerprint=["{{ type }}"]),
    ),
    different("a fingerprint and none", python("A: a", "x y", fingerprint=["checkout"]), python("A: a", "x y")),
    same(
        "one cause, raised again with the same story",
        event("python", at("db get", "IOError: 1"), at("shop.pay charge", OUTER)),
        event("python", at("db get", "IOError: 2"), at("shop.pay charge", OUTER)),
    ),
    different(
        "two causes behind one wrapper",
        event("python", at("db get", "IOError: x"), at("shop.pay charge", OUTER)),
        event("python", at("cards check", "CardExpired: x"), at("shop.pay charge", OUTER)),
    ),
    different(
        "a wrapper with a cause, and without",
        event("python", at("db get", "IOError: x"), at("shop.pay charge", OUTER)),
        event("python", at("shop.pay charge", OUTER)),
    ),
    same("a group's children end in any order", grouped(A, B), grouped(B, A)),
    same(
        "a group with the same failure twice, or five times",
        grouped(A, A),
        grouped(A, A, A, A, A, message="5 sub-exceptions"),
    ),
    same("a group of one failure is that failure", grouped(A), event("python", at(A[1], A[0]))),
    different("groups with different failures", grouped(A, A), grouped(B, B)),
    different("a group with one failure more", grouped(A, B), grouped(A)),
    same(
        "a made-up exception's type does not count",
        python("Error: x", "x y")
        | {"exception": {"values": [at("x y", "UnhandledRejection: x", mechanism={"synthetic": True})]}},
        event("python", at("x y", "Rejection: x", mechanism={"synthetic": True})),
    ),
    same(
        "the exception's stack is its thread's",
        event("java", exception("E: x", thread_id=7), threads={"values": [{"id": 7, **THREAD}]}),
        event("java", exception("E: y", thread_id=9), threads={"values": [{"id": 1}, {"id": 9, **THREAD}]}),
    ),
    different(
        "a thread with another stack",
        event("java", exception("E: x", thread_id=7), threads={"values": [{"id": 7, **THREAD}]}),
        event(
            "java",
            exception("E: x", thread_id=7),
            threads={"values": [{"id": 7, "stacktrace": {"frames": [frame("u v", "module function")]}}]},
        ),
    ),
    same(
        "a message is known by what it says, wherever it was captured",
        message("disk is full", stacktrace={"frames": [frame("a b", "module function")]}),
        message("disk is full", stacktrace={"frames": [frame("c d", "module function")]}),
    ),
    same("the same message from two loggers", message("disk is full", logger="a"), message("disk is full", logger="b")),
    different("an exception and a message that read alike", message("ValueError: bad"), python("ValueError: bad")),
    same(
        "an event that says nothing, from one place",
        {"platform": "python", "transaction": "/a"},
        {"platform": "python", "transaction": "/a", "release": "2"},
    ),
    different(
        "events that say nothing, from two places",
        {"platform": "python", "transaction": "/a"},
        {"platform": "python", "transaction": "/b"},
    ),
    same("exceptions as a bare list", {"platform": "python", "exception": [at("x y")]}, event("python", at("x y"))),
    same(
        "nulls in between",
        {"platform": "python", "exception": {"values": [None, at("x y"), None]}},
        event("python", at("x y")),
    ),
    same("a stack only in the first report: a retry without frames", python("Gone: bad", "x y"), python("Gone: bad")),
]
