"""What belongs together gets one fingerprint, what does not gets two."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.protocols.sentry.fingerprint import fingerprints, parametrise


def frame(function: str, module: str = "shop.cart", *, lineno: int = 1, in_app: bool = True) -> dict[str, Any]:
    return {"function": function, "module": module, "lineno": lineno, "in_app": in_app}


def raised(*frames: dict[str, Any], kind: str = "ValueError", value: str = "bad", **event: Any) -> dict[str, Any]:
    exception = {"type": kind, "value": value, "stacktrace": {"frames": list(frames)}}
    return {"exception": {"values": [exception]}, **event}


LIBRARY = frame("inner", "django.core", in_app=False)


def first(event: dict[str, Any]) -> str:
    return fingerprints(event)[0]


def test_fingerprints_never_change_within_a_version() -> None:
    """Every stored issue hangs on this: a new algorithm is a new VERSION."""
    assert first(raised(frame("add"), frame("total"))) == "5c769252f9e72ec0bb6c2700d1b56c02"


@pytest.mark.parametrize(
    "same",
    [
        raised(LIBRARY, frame("add", lineno=99), frame("total", lineno=7)),  # lines move
        raised(frame("add"), frame("total"), value="bad 17"),  # messages vary
        raised(LIBRARY, LIBRARY, frame("add"), frame("total")),  # libraries are upgraded
        raised(frame("add"), frame("add"), frame("add"), frame("total")),  # recursion to another depth
        raised(frame("add"), frame("total"), transaction="/other", release="2"),
    ],
)
def test_together(same: dict[str, Any]) -> None:
    assert first(same) == first(raised(frame("add"), frame("total")))


@pytest.mark.parametrize(
    "other",
    [
        raised(frame("add"), frame("total"), kind="KeyError"),
        raised(frame("add")),
        raised(frame("add"), frame("total", "shop.orders")),
        raised(frame("total"), frame("add")),
    ],
)
def test_apart(other: dict[str, Any]) -> None:
    assert first(other) != first(raised(frame("add"), frame("total")))


def test_all_frames_count_when_none_is_the_applications() -> None:
    assert first(raised(LIBRARY)) != first(raised(frame("other", "django.core", in_app=False)))


def test_chains_are_known_by_the_exception_raised_last() -> None:
    event = raised(frame("add"))
    event["exception"]["values"].insert(0, {"type": "Cause", "value": "x"})
    assert first(event) == first(raised(frame("add")))


def test_without_frames_the_message_without_its_variables() -> None:
    assert first(raised(value="order 17 of a@b.example")) == first(raised(value="order 99 of x@y.example"))
    assert first(raised(value="order")) != first(raised(value="cart"))


def test_messages_group_by_template() -> None:
    event = {"logentry": {"message": "hello %s", "params": ["a"], "formatted": "hello a"}}
    assert first(event) == first({"logentry": {"message": "hello %s", "formatted": "hello b"}})
    assert first({"message": "took 17 ms"}) == first({"message": "took 3.5 ms"})


def test_content_hashes_in_file_names_do_not_count() -> None:
    def script(name: str) -> dict[str, Any]:
        return raised({"filename": f"https://x.test/static/{name}", "function": "t", "in_app": True})

    assert first(script("main.8f3a2b1c.js")) == first(script("main.00ff11aa.js"))
    assert first(script("main.js")) != first(script("vendor.js"))


def test_client_fingerprint() -> None:
    plain = raised(frame("add"))
    default = first(plain)
    custom = fingerprints({**plain, "fingerprint": ["checkout"]})
    assert custom[1] == default and custom[0] != default
    assert custom[0] == first({**raised(frame("other")), "fingerprint": ["checkout"]})
    assert fingerprints({**plain, "fingerprint": ["{{ default }}"]}) == [default]
    assert fingerprints({**plain, "fingerprint": ["{{default}}"]}) == [default]
    mixed = first({**plain, "fingerprint": ["{{ default }}", "eu"]})
    assert mixed != default and mixed != first({**plain, "fingerprint": ["{{ default }}", "us"]})
    by_type = {"fingerprint": ["{{ type }}"]}
    assert first({**plain, **by_type}) == first({**raised(frame("other")), **by_type})


@pytest.mark.parametrize("odd", [None, [], [None], "text", {"a": 1}, 7])
def test_odd_client_fingerprints_are_ignored(odd: Any) -> None:
    plain = raised(frame("add"))
    assert fingerprints({**plain, "fingerprint": odd}) == fingerprints(plain)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("order 17 failed", "order <number> failed"),
        ("took 3.5s at 10.0.0.1", "took <number>s at <ip>"),
        ("user a.b+c@example.co.uk", "user <email>"),
        ("at 0xdeadBEEF and 1f2e3d4c5b6a", "at <hex> and <hex>"),
        ("id 123e4567-e89b-12d3-a456-426614174000.", "id <uuid>."),
        ("no such file 'a b.txt' or \"c\"", "no such file <quoted> or <quoted>"),
        ("since 2026-11-23T10:00:00.5Z", "since <date>"),
        ("GET https://x.test/a?b=1 failed", "GET <url> failed"),
        ("python3 and utf8 stay, so does don't", "python3 and utf8 stay, so does don't"),
        ("first\n\n second \nthird", "first\nsecond"),
    ],
)
def test_parametrise(message: str, expected: str) -> None:
    assert parametrise(message) == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "values",
                    "frames",
                    "stacktrace",
                    "type",
                    "value",
                    "mechanism",
                    "function",
                    "module",
                    "exception",
                    "threads",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(json_values, json_values, json_values)
def test_any_shape_has_a_fingerprint(exception: Any, threads: Any, message: Any) -> None:
    found = fingerprints({"exception": exception, "threads": threads, "logentry": message, "fingerprint": message})
    assert found and all(len(each) == 32 for each in found)
