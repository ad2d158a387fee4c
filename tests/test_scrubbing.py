"""Secrets go, everything else stays."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.scrubbing import (
    FILTERED,
    MAX_DEPTH,
    is_secret_key,
    may_hold_secrets,
    scrub,
    scrub_text,
)
from vedette.server.grouping.messages import parametrise

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"

SECRET = """
    password Password user_password userPassword PASSWD DB_PWD passphrase secret client_secret SECRET_KEY api_key
    apikey API-Key apiKey x-api-key
    token access_token accessToken csrf_token csrfmiddlewaretoken-token authorization
    Authorization
    Proxy-Authorization auth credentials aws_secret_access_key AWS_ACCESS_KEY_ID private_key
    privateKey
    cookie Cookie Set-Cookie cookies X-CSRFToken sessionid PHPSESSID session mysql_pwd jwt"""
HARMLESS = """author authority authored_by token_count input_tokens max_tokens
    tokenizer session_id $session_id
    session_duration key keys keyboard secretary passenger compass cookie_consent auth_method authenticated
    monkey primary_key partition_key foreign_key status class_name accession hapi_keyword"""

NEAR_MISSES = """eyJ- eyJa.eyJ ://a: ://:@ bearer_ bearera basic= ?token= -----BEGIN_ "password": '_ 4111- xoxb-
    sk_live_
    & @ 1 authorization:basic ghp_ a.b@ {"a-"""


@pytest.mark.parametrize("key", SECRET.split())
def test_secret_keys(key: str) -> None:
    assert is_secret_key(key)


@pytest.mark.parametrize("key", HARMLESS.split())
def test_harmless_keys(key: str) -> None:
    assert not is_secret_key(key)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer abcdef0123456789", f"Authorization: Bearer {FILTERED}"),
        ("authorization: basic dXNlcjpwdw==", f"authorization: basic {FILTERED}"),
        ("postgres://shop:hunter2@db/main", f"postgres://shop:{FILTERED}@db/main"),
        ("redis://:hunter2@cache:6379/0", f"redis://:{FILTERED}@cache:6379/0"),
        ("card 4111 1111 1111 1111 declined", f"card {FILTERED} declined"),
        ("5555555555554444", FILTERED),
        ("3782-822463-10005", FILTERED),
        (f"got {JWT}", f"got {FILTERED}"),
        ("key AKIAIOSFODNN7EXAMPLE", f"key {FILTERED}"),
        ("ghp_" + "a1B2" * 9, FILTERED),
        ("xoxb-" + "123456789012-abcdef", FILTERED),
        ("sk_live_" + "4eC39HqLyjWDarjtT1", FILTERED),
        ("GOCSPX-" + "aB3_" * 6, FILTERED),
        (
            "DefaultEndpointsProtocol=https;AccountKey=" + "aB3/" * 10 + "==;x",
            f"DefaultEndpointsProtocol=https;AccountKey={FILTERED};x",
        ),
        ("https://discord.com/api/webhooks/1234567890/" + "aB3_" * 10, f"https://discord.com/api/webhooks/{FILTERED}"),
        ("bot 123456789:AA" + "aB3" * 11 + " sent", f"bot {FILTERED} sent"),
        ("SG." + "a1B2" * 5 + "." + "c3D4" * 10, FILTERED),
        ("npm_" + "a1B2" * 9, FILTERED),
        ("shpat_" + "0a1b" * 8, FILTERED),
        ("sk-ant-" + "a1B2" * 8, FILTERED),
        ("GET /cb?access_token=s3cr3t&x=1", f"GET /cb?access_token={FILTERED}&x=1"),
        ('{"user": "ann", "password":"hunter2"}', '{"user": "ann", "password":"[Filtered]"}'),
        ("{'api_token': 'abc', 'n': 1}", "{'api_token': '[Filtered]', 'n': 1}"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- after", f"{FILTERED} after"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE cut off", FILTERED),
    ],
)
def test_secret_values(text: str, expected: str) -> None:
    assert scrub_text(text) == expected
    assert may_hold_secrets(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "the bearer of this message",
        "risk-of-injury-and-other-compound-words ask-me",
        "npm_config_registry, MSG.x.y, 12:AAB, hf_hub",
        "Bearer authentication required",
        "order 4111111111111112 of customer 17",  # fails the check digit
        "1700000000000 ms",
        "4111111111111111abc",
        "0x4111111111111111",
        "id=411111111111111111111",
        "https://example.com/a?page=2&keyword=x",
        "http://user@example.com/",
        "mailto:someone@example.com",
        "12:30@noon",
        "<script>alert(1)</script>",
        "{'author': 'Ann', 'token_count': '3', 'keyboard': 'de'}",
        "password: must be longer",
        "def login(password=password, token=token):",
        "c0ffee00-1234-5678-9abc-def012345678",
    ],
)
def test_harmless_values_stay_as_they_are(text: str) -> None:
    assert scrub_text(text) == text


def test_keys_at_any_depth_in_objects_and_in_pairs() -> None:
    event: dict[str, Any] = {
        "request": {
            "headers": [["Authorization", "x"], ["Accept", "*/*"]],
            "cookies": {"sid": "1", "theme": "dark"},
            "query_string": "token=abc&page=2",
        },
        "extra": {"db": [{"password": 1234, "has_password": True, "secret": None}]},
        "tags": [["api_key", "k"], ["author", "me"]],
    }
    assert scrub(event) == {
        "request": {
            "headers": [["Authorization", FILTERED], ["Accept", "*/*"]],
            "cookies": {"sid": FILTERED, "theme": FILTERED},
            "query_string": f"token={FILTERED}&page=2",
        },
        "extra": {"db": [{"password": FILTERED, "has_password": True, "secret": None}]},
        "tags": [["api_key", FILTERED], ["author", "me"]],
    }


def test_session_objects_keep_their_fields() -> None:
    event = {"contexts": {"session": {"session_id": "abc"}}, "modules": {"pytest-secret": "1.0"}}
    assert scrub(event) == {"contexts": {"session": {"session_id": "abc"}}, "modules": {"pytest-secret": "1.0"}}


def test_nesting_is_cut() -> None:
    value: Any = {"password": "deep"}
    for _ in range(500):
        value = [value]
    text = json.dumps(scrub({"a": value}))
    assert "deep" in text and '"deep"' not in text.replace('"[too deep]"', "")
    assert text.count("[") < MAX_DEPTH + 5


@pytest.mark.parametrize("unit", NEAR_MISSES.split())
def test_a_megabyte_of_near_misses_takes_no_time(unit: str) -> None:
    text = unit.replace("_", " ") * (1_000_000 // len(unit))
    started = time.process_time()
    scrub_text(text)
    scrub({"data": text})
    may_hold_secrets(text.encode())
    parametrise(text)
    assert time.process_time() - started < 5


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def test_what_was_clean_before_is_still_searched_for_keys_and_forms() -> None:
    for _ in range(2):
        assert scrub({"data": "a=1&password=x1", "note": "fine"}) == {
            "data": f"a=1&password={FILTERED}",
            "note": "fine",
        }
        assert scrub({"token": "fine", "note": "fine"}) == {"token": FILTERED, "note": "fine"}


@given(json_values)
def test_scrubbing_twice_changes_nothing_more(value: Any) -> None:
    once = json.dumps(scrub(value))
    assert json.dumps(scrub(json.loads(once))) == once


@given(st.text())
def test_the_cheap_look_never_misses(text: str) -> None:
    if scrub_text(text) != text:
        assert may_hold_secrets(text.encode("utf-8", "replace"))
