"""What belongs together gets one fingerprint, what does not gets two."""

import json
import re
import time
from typing import Any

import pytest

from vedette.server.grouping import group
from vedette.server.grouping.messages import parametrise


def frame(function: str, module: str = "shop.cart", *, lineno: int = 1, in_app: bool = True) -> dict[str, Any]:
    return {"function": function, "module": module, "lineno": lineno, "in_app": in_app}


def raised(*frames: dict[str, Any], kind: str = "ValueError", value: str = "bad", **event: Any) -> dict[str, Any]:
    exception = {"type": kind, "value": value, "stacktrace": {"frames": list(frames)}}
    return {"exception": {"values": [exception]}, **event}


LIBRARY = frame("inner", "django.core", in_app=False)


def first(event: dict[str, Any]) -> str:
    return group(event).fingerprint


def test_fingerprints_never_change_within_a_version() -> None:
    """Every stored issue hangs on this: what changes is a new version, before the old one."""
    assert group(raised(frame("add"), frame("total"), fingerprint=["a"])).fingerprints == [
        "client.v1:c66672bac3ab9dc30ed5cfcb4a2ba807",
        "frames.v1:1b129985420e1eee82834347cac4203c",
        "message.v1:34b1a72c70bfe44e83fe2df3e263ec5a",
    ]


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


@pytest.mark.parametrize("odd", [None, [], [None], [""], "text", {"a": 1}, 7])
def test_odd_client_fingerprints_are_ignored(odd: Any) -> None:
    plain = raised(frame("add"))
    assert group({**plain, "fingerprint": odd}) == group(plain)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("order 17 failed", "order <number> failed"),
        ("took 3.5s at 10.0.0.1", "took <duration> at <ip>"),
        ("wrote 3.4 MiB of 12kB", "wrote <size> of <size>"),
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


def why(event: dict[str, Any]) -> dict[str, Any]:
    return json.loads(group(event).why)


def test_why_names_the_frames_that_counted_and_why_others_did_not() -> None:
    event = raised(
        frame("serve", "asyncio.events"), LIBRARY, frame("add"), frame("add"), frame("total"), platform="python"
    )
    assert why(event) == {
        "by": "frames",
        "of": "app",
        "types": ["ValueError"],
        "frames": [[0, 2, "shop.cart add"], [0, 4, "shop.cart total"]],
        "left_out": [[0, 0, "noise"], [0, 3, "repeated"]],
        "message": "bad",
    }


def test_why_of_other_ways() -> None:
    assert why({"message": "took 17 items"}) == {"by": "message", "message": "took <number> items"}
    assert why({"platform": "go"}) == {"by": "nothing"}
    custom = why({"message": "m", "fingerprint": ["a", "{{ default }}"]})
    assert (custom["by"], custom["fingerprint"], custom["message"]) == ("client", ["a", "{{ default }}"], "m")


def test_a_group_of_one_is_named_by_it() -> None:
    inner = {"type": "KeyError", "value": "'a'", "mechanism": {"exception_id": 1, "parent_id": 0}}
    outer = {"type": "ExceptionGroup", "mechanism": {"exception_id": 0, "is_exception_group": True}}
    found = group({"exception": {"values": [inner, outer]}})
    assert found.lead == 0
    assert found.fingerprint == first({"exception": {"values": [{"type": "KeyError", "value": "'a'"}]}})


@pytest.mark.parametrize(
    "ids", [[(1, 2), (2, 1)], [(1, 9), (0, None)], [(0, None), (0, None)], [(None, None), (0, None)], [(1, 0), (0, 0)]]
)
def test_ids_of_a_group_that_make_no_tree_are_not_believed(ids: list[tuple[Any, Any]]) -> None:
    values = [
        {"type": f"E{n}", "mechanism": {"exception_id": own, "parent_id": parent, "is_exception_group": True}}
        for n, (own, parent) in enumerate(ids)
    ]
    flat = [{"type": entry["type"]} for entry in values]
    assert first({"exception": {"values": values}}) == first({"exception": {"values": flat}})


def test_a_tree_of_thousands_takes_no_time() -> None:
    def entry(own: int, parent: int | None) -> dict[str, Any]:
        return {"type": f"E{own}", "mechanism": {"exception_id": own, "parent_id": parent, "is_exception_group": True}}

    for tree in (
        [entry(n, n - 1 if n else None) for n in range(5000)],
        [entry(n, 0 if n else None) for n in range(5000)],
    ):
        started = time.process_time()
        assert first({"exception": {"values": tree}})
        assert time.process_time() - started < 5


def test_many_frames_and_long_names_are_bounded() -> None:
    frames = [frame(f"f{n}" + "x" * 10_000, f"m{n}") for n in range(3000)]
    found = group(raised(*frames))
    assert len(found.why) < 60_000


def test_hostile_fields_stay_text() -> None:
    script = "<script>alert(1)</script>"
    found = group(raised(frame(script, script), kind=script, value=script, platform=script, fingerprint=[script]))
    assert json.loads(found.why)["fingerprint"] == [script]
    assert all(re.fullmatch(r"[a-z]+\.v\d+:[0-9a-f]{32}", each) for each in found.fingerprints)
