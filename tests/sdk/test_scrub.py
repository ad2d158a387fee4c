"""Secrets are taken out of every signal before any target sees it; what only looks like one stays."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vedette
from vedette.sdk.scrub import FILTERED, Scrubber
from vedette.testing import capture

PLAIN = st.text(alphabet="abcdefghijklmnopqrstuvwxyz .,", max_size=40)
VALUES: Any = st.recursive(
    PLAIN | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "author", "items"]), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["author", "token_count", "path", "monkey", "session_id"]), VALUES))
def test_harmless_values_stay(attributes: dict[str, Any]) -> None:
    from copy import deepcopy

    assert Scrubber().attributes(deepcopy(attributes)) == attributes


@given(st.sampled_from(["password", "user.api_key", "X-Auth-Token", "Authorization", "clientSecret"]), VALUES)
def test_secrets_by_name_go(name: str, value: Any) -> None:
    scrubbed = Scrubber().attributes({name: value, "other": "x"})
    assert scrubbed["other"] == "x"
    assert scrubbed[name] in (FILTERED, None, True, False) or set(scrubbed[name].values()) <= {FILTERED, None}


def luhn(number: str) -> str:
    digits = [int(digit) for digit in reversed(number)]
    total = sum(sum(divmod(2 * digit, 10)) for digit in digits[::2]) + sum(digits[1::2])
    return number + str(-total % 10)


@given(st.integers(0, 10**14 - 1))
def test_card_numbers_go_and_other_numbers_stay(number: int) -> None:
    card = luhn(f"4{number:014d}")
    other = card[:-1] + str((int(card[-1]) + 1) % 10)
    scrubber = Scrubber()
    assert scrubber.text(f"paid with {card} today") == f"paid with {FILTERED} today"
    assert scrubber.text(f"order {other} today") == f"order {other} today"


@pytest.mark.parametrize("key", ["iban", "IBAN", "customer.iban"])
def test_names_of_ones_own(key: str) -> None:
    scrubber = Scrubber(["Iban"])
    assert scrubber.document({key: "DE1", "deep": [{key: 7, "ibanez": "guitar"}]}) == {
        key: FILTERED, "deep": [{key: FILTERED, "ibanez": "guitar"}],
    }  # fmt: skip


def test_every_signal() -> None:
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"
    with capture(scrub_keys=("iban",)) as sent, vedette.span("s", iban="DE1", note=jwt, author="ann") as span:
        span.add_event("e", {"iban": "DE1"})
        vedette.get_logger().info(f"got {jwt}", iban="DE1", author="ann")
        vedette.track("paid", {"iban": "DE1", "deep": {"password": "x", "author": "ann"}}, user="u")
        try:
            raise ValueError(f"bad {jwt}")
        except ValueError as error:
            vedette.error(error, iban="DE1")
    everything = repr((sent.spans, sent.logs, sent.events, sent.errors))
    assert jwt not in everything
    assert sent.spans[0].attributes["iban"] == sent.spans[0].events[0][1]["iban"] == FILTERED
    assert sent.logs[0].message == f"got {FILTERED}"
    assert sent.logs[0].attributes["iban"] == FILTERED
    assert sent.events[0]["properties"]["iban"] == FILTERED
    assert sent.events[0]["properties"]["deep"] == {"password": FILTERED, "author": "ann"}
    assert sent.errors[0]["exception"]["values"][0]["value"] == f"bad {FILTERED}"
    assert sent.errors[0]["tags"]["iban"] == FILTERED
    assert sent.spans[0].attributes["author"] == sent.logs[0].attributes["author"] == "ann"
