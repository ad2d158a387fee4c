"""Rules: which events they fit, what they do, which cannot be."""

import json
import time
from typing import Any

import pytest

from tests.server.grouping.corpus.shapes import Event, message, python
from vedette.server.grouping import BadRule, group, read_rules


def rule(when: dict[str, Any], then: Any, **more: Any) -> dict[str, Any]:
    return {"when": when, "then": {"fingerprint": then} if isinstance(then, list) else {"frames": then}, **more}


def grouped(event: Event, *rules: dict[str, Any]) -> dict[str, Any]:
    found = group(event, read_rules(rules, version=3))
    return {**json.loads(found.why), "fingerprints": found.fingerprints}


ERROR = python(
    "TimeoutError: bank took 30s", "~django.core.handlers.base run", "shop.views post", "shop.bank.client charge",
    level="error", logger="shop", transaction="/pay", release="shop@1.2", environment="production",
    server_name="web-1", tags={"region": "eu-west"},
)  # fmt: skip


@pytest.mark.parametrize(
    "when",
    [
        {"type": ["Timeout*"]},
        {"type": ["KeyError", "*timeout*"]},
        {"type": ["!KeyError"]},
        {"message": ["*BANK*"]},
        {"level": ["error"], "logger": ["shop"], "transaction": ["/pay"]},
        {"release": ["shop@1.*"], "environment": ["prod*"], "server_name": ["web-?"], "platform": ["python"]},
        {"tags.region": ["eu-*"]},
        {"tags.missing": ["!eu-*"]},
        {"module": ["shop.bank*"]},
        {"module": ["shop.bank*"], "function": ["charge"]},
        {"path": ["*/client.py"]},
        {"path": ["shop/bank/*"], "type": ["Timeout*", "!TimeoutException"]},
    ],
)
def test_conditions_that_hold(when: dict[str, Any]) -> None:
    found = grouped(ERROR, rule(when, ["bank"]))
    assert (found["by"], found["rule"], found["fingerprint"], found["rules"]) == ("rule", "rule 1", ["bank"], 3)


@pytest.mark.parametrize(
    "when",
    [
        {"type": ["KeyError"]},
        {"type": ["!Timeout*"]},
        {"type": ["timeout"]},
        {"type": ["Timeout*"], "message": ["*card*"]},
        {"tags.region": ["us-*"]},
        {"tags.missing": ["*"]},
        {"module": ["shop.views"], "function": ["charge"]},
        {"path": ["*.rb"]},
    ],
)
def test_conditions_that_do_not(when: dict[str, Any]) -> None:
    assert grouped(ERROR, rule(when, ["bank"]))["by"] == "frames"


def test_the_first_rule_that_fits_wins_over_the_client() -> None:
    first, second = rule({"type": ["*"]}, ["a"], name="first"), rule({"type": ["Timeout*"]}, ["b"])
    found = grouped({**ERROR, "fingerprint": ["client"]}, first, second)
    assert found["rule"] == "first"
    assert [each.split(":")[0] for each in found["fingerprints"]] == ["rule.v1", "client.v1", "frames.v1", "message.v1"]


@pytest.mark.parametrize(
    ("part", "apart"),
    [
        ("{{ type }}", {"type": "KeyError: x"}),
        ("{{ message }}", {"type": "TimeoutError: card"}),
        ("{{ transaction }}", {"transaction": "/other"}),
        ("{{ tags.region }}", {"tags": {"region": "us"}}),
        ("{{ release }}", {"release": "2"}),
        ("{{ environment }}", {"environment": "staging"}),
        ("{{default}}", {"function": "shop.bank.client refund"}),
        ("{{ function }}", {"function": "shop.bank.client refund"}),
        ("{{ module }}", {"function": "shop.other charge"}),
    ],
)
def test_what_a_fingerprint_may_name(part: str, apart: dict[str, Any]) -> None:
    def event(**more: Any) -> Event:
        title, function = (
            more.pop("type", "TimeoutError: bank took 30s"),
            more.pop("function", "shop.bank.client charge"),
        )
        known = {"transaction": "/pay", "tags": {"region": "eu"}, "release": "1", "environment": "production"}
        return python(title, "shop.views post", function, **{**known, **more})

    rules = read_rules([rule({"platform": ["python"]}, ["x", part])])
    assert group(event(), rules).fingerprint == group(event(), rules).fingerprint
    assert group(event(), rules).fingerprint != group(event(**apart), rules).fingerprint


def test_unknown_placeholders_stay() -> None:
    found = group(ERROR, read_rules([rule({"type": ["*"]}, ["{{ nonsense }}"])]))
    assert (
        found.fingerprint == group(message("m"), read_rules([rule({"message": ["m"]}, ["{{ nonsense }}"])])).fingerprint
    )


def test_rules_on_frames() -> None:
    ignored = grouped(ERROR, rule({"module": ["shop.bank*"]}, "ignore"))
    assert ignored["frames"] == [[0, 1, "shop.views post"]] and [0, 2, "ignore"] in ignored["left_out"]
    ours = grouped(ERROR, rule({"path": ["django/*"]}, "library"), rule({"module": ["django*"]}, "app"))
    assert len(ours["frames"]) == 2, "the first that fits decides"
    noise = grouped(ERROR, rule({"module": ["django*"]}, "app"))
    assert next(name for _, _, name in noise["frames"]) == "django.core.handlers.base run"
    libraries = grouped(ERROR, rule({"module": ["shop*"]}, "library"))
    assert libraries["of"] == "library"


def test_rules_on_frames_of_some_events_only() -> None:
    rules = read_rules([rule({"module": ["shop.bank*"], "type": ["Timeout*"]}, "ignore")])
    other = python("KeyError: x", "shop.views post", "shop.bank.client charge")
    assert group(other, rules).fingerprint == group(other).fingerprint
    assert group(ERROR, rules).fingerprint != group(ERROR).fingerprint


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"when": {}, "then": {"fingerprint": ["a"]}}, "without conditions"),
        ({"when": {"type": ["a"]}, "then": {}}, "either a fingerprint or"),
        ({"when": {"type": ["a"]}, "then": {"fingerprint": ["a"], "frames": "ignore"}}, "either a fingerprint or"),
        ({"when": {"type": ["a"]}, "then": {"frames": "ignore"}}, "needs a condition on frames"),
        ({"when": {"module": ["a"]}, "then": {"frames": "hide"}}, "app, library, ignore"),
        ({"when": {"colour": ["a"]}, "then": {"fingerprint": ["a"]}}, "unknown field 'colour'"),
        ({"when": {"type": [7]}, "then": {"fingerprint": ["a"]}}, "type needs patterns"),
    ],
)
def test_rules_that_cannot_be(entry: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRule, match=said):
        read_rules([entry])


def test_many_stars_take_no_time() -> None:
    rules = read_rules([rule({"message": ["a*" * 90 + "b"]}, ["x"]), rule({"function": ["*a" * 90 + "b"]}, ["x"])])
    started = time.process_time()
    group(python("E: " + "a" * 100_000, *["m " + "a" * 300] * 50), rules)
    assert time.process_time() - started < 2
