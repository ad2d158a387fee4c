"""Event classes: what is sent, what is reported, and that nothing raises into the host."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.sdk.schema import Event, Money, field
from vedette.sdk.schema.event import declaration_of
from vedette.sdk.schema.registry import declarations


class Plan(Enum):
    FREE = "free"
    PRO = "pro"


class Tier(StrEnum):
    ONE = "one"


class PlanUpgraded(Event, name="plan_upgraded", version=2, owner="growth", key=("invoice_id",)):
    """Customer moved to a more expensive plan.

    Sent from the webhook.
    """

    from_plan: Plan
    to_plan: Plan
    mrr_delta: Money
    invoice_id: str | None = None
    reason: Literal["self_serve", "sales"] = "self_serve"
    latency_ms: Annotated[int | None, field("From click to answer", unit="ms", ge=0)] = None
    tags: list[str] = []  # noqa: RUF012 - each event gets its own


class EverythingSent(Event, owner="platform"):
    """One of each type."""

    text: str
    whole: int
    ratio: Annotated[float, field("Share", ge=0, lt=1)]
    exact: Decimal
    flag: bool
    at: datetime
    day: date
    uid: UUID
    tier: Tier
    level: Literal[1, 2]
    items: list[int]
    extra: dict[str, float]
    code: Annotated[str, field("ISO code", max_length=3, pattern="[a-z]+")]
    anything: Any


GOOD: dict[str, Any] = {
    "text": "ü", "whole": 1, "ratio": 0.5, "exact": Decimal("1.5"), "flag": True,
    "at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "day": date(2026, 1, 2), "uid": UUID(int=1), "tier": Tier.ONE,
    "level": 2, "items": [1, 2], "extra": {"a": 1.5}, "code": "abc", "anything": {"x": [None, {1}]},
}  # fmt: skip


def test_an_event_as_it_is_sent() -> None:
    name, properties, violations = PlanUpgraded(
        from_plan=Plan.FREE, to_plan=Plan.PRO, mrr_delta=Money(4900, "USD")
    ).__vedette_event__()
    assert (name, violations) == ("plan_upgraded", [])
    assert properties == {
        "$schema_version": 2, "from_plan": "free", "to_plan": "pro", "mrr_delta": 4900, "mrr_delta_currency": "USD",
        "reason": "self_serve", "tags": [],
    }  # fmt: skip


def test_every_type_goes_on_the_wire_as_json() -> None:
    _, properties, violations = EverythingSent(**GOOD).__vedette_event__()
    assert violations == []
    assert json.loads(json.dumps(properties)) == {
        "$schema_version": 1, "text": "ü", "whole": 1, "ratio": 0.5, "exact": 1.5, "flag": True,
        "at": "2026-01-02T03:04:00+00:00", "day": "2026-01-02", "uid": "00000000-0000-0000-0000-000000000001",
        "tier": "one", "level": 2, "items": [1, 2], "extra": {"a": 1.5}, "code": "abc",
        "anything": {"x": [None, [1]]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("property_", "value", "rule", "sent"),
    [
        ("text", 3, "type", 3),
        ("whole", True, "type", True),
        ("whole", 1.0, "type", 1.0),
        ("ratio", 1, "range", 1),
        ("ratio", float("nan"), "not_finite", "nan"),
        ("flag", 1, "type", 1),
        ("at", datetime(2026, 1, 2), "timezone", "2026-01-02T00:00:00"),
        ("day", datetime(2026, 1, 2, tzinfo=UTC), "type", "2026-01-02T00:00:00+00:00"),
        ("tier", "two", "enum", "two"),
        ("level", True, "type", True),
        ("level", [], "enum", []),
        ("items", ["1"], "type", ["1"]),
        ("extra", {"a": "b"}, "type", {"a": "b"}),
        ("extra", {1: 2.0}, "type", {"1": 2.0}),
        ("code", "abcd", "length", "abcd"),
        ("code", "ABC", "pattern", "ABC"),
        ("unheard_of", 1, "undeclared", 1),
    ],
)
def test_a_violation_is_named_and_the_value_sent(property_: str, value: Any, rule: str, sent: Any) -> None:
    _, properties, (violation,) = EverythingSent(**{**GOOD, property_: value}).__vedette_event__()
    assert (violation.event, violation.property, violation.rule) == ("everything_sent", property_, rule)
    assert properties[property_] == sent
    assert violation.detail in str(violation)


def test_what_is_missing_or_positional_is_a_violation_too() -> None:
    given = {name: value for name, value in GOOD.items() if name != "text"}
    _, properties, violations = EverythingSent("x", **given).__vedette_event__()  # type: ignore[misc]
    assert {one.rule for one in violations} == {"missing", "positional"}
    assert "text" not in properties


class Hostile:
    """Raises whenever it is looked at."""

    def refuse(self, *_: Any) -> Any:
        raise RuntimeError("no")

    __str__ = __index__ = __eq__ = __hash__ = __len__ = __iter__ = refuse


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.decimals() | st.dates()
    | st.datetimes() | st.uuids() | st.builds(Hostile)
    | st.sampled_from([*Plan, Tier.ONE, Money(1, "USD"), object, Money]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
NAMES = st.sampled_from([*EverythingSent.__annotations__, *PlanUpgraded.__annotations__, "other", "$set", "__positional__"])  # fmt: skip  # noqa: E501


@given(st.sampled_from([EverythingSent, PlanUpgraded]), st.dictionaries(NAMES, VALUES))
def test_whatever_is_given_it_is_json_and_nothing_raises(cls: type[Event], values: dict[str, Any]) -> None:
    name, properties, violations = cls(**values).__vedette_event__()
    assert name in ("plan_upgraded", "everything_sent")
    json.loads(json.dumps(properties, allow_nan=False))
    assert all(isinstance(str(one), str) for one in violations)
    kept = {key for key, value in values.items() if value is not None and key != "__positional__"}
    assert kept <= set(properties), "a value that does not fit is sent all the same"


def test_an_event_can_be_changed_until_it_is_sent() -> None:
    event = PlanUpgraded(from_plan=Plan.FREE, to_plan=Plan.PRO, mrr_delta=Money(1, "EUR"))
    assert event.reason == "self_serve"
    event.reason = "sales"
    event.tags.append("x")
    _, properties, _ = event.__vedette_event__()
    assert (properties["reason"], properties["tags"]) == ("sales", ["x"])
    fresh = PlanUpgraded(from_plan=Plan.FREE, to_plan=Plan.PRO, mrr_delta=Money(1, "EUR"))
    assert fresh.tags == []
    assert fresh != event
    assert "from_plan=<Plan.FREE: 'free'>" in repr(event)


def test_the_key_makes_two_sendings_one_event() -> None:
    event = PlanUpgraded(from_plan=Plan.FREE, to_plan=Plan.PRO, mrr_delta=Money(1, "EUR"))
    assert event.__vedette_key__() is None
    event.invoice_id = "in_1"
    assert event.__vedette_key__() == "plan_upgraded:in_1"


class Invited(Event, name="user_invited"):
    """Someone was invited."""

    email: Annotated[str, field("Address", pii="hash", max_length=20)]
    phone: Annotated[str | None, field("Number", pii="drop")] = None


def test_what_is_personal_leaves_as_declared_even_when_it_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VEDETTE_PII_KEY", raising=False)
    _, first, violations = Invited(email="ada@example.org", phone="+44").__vedette_event__()
    assert violations == []
    assert set(first) == {"$schema_version", "email"}
    assert len(first["email"]) == 32
    secret = "ada.lovelace@example.org"
    _, wrong, violations = Invited(email=secret, phone=secret.encode()).__vedette_event__()  # type: ignore[arg-type]
    assert [one.rule for one in violations] == ["length", "type"]
    assert secret not in repr((wrong, violations))
    monkeypatch.setenv("VEDETTE_PII_KEY", "k")
    assert Invited(email="ada@example.org").__vedette_event__()[1]["email"] != first["email"]


def test_a_class_that_cannot_be_read_still_sends() -> None:
    class BadlyDeclared(Event, owner="x"):
        what: set[int]
        other: str

    name, properties, (violation,) = BadlyDeclared(what={1}, other="x").__vedette_event__()
    assert (name, violation.rule) == ("badly_declared", "declaration")
    assert properties == {"$schema_version": 1, "what": [1], "other": "x"}
    assert "cannot be a property" in declarations([BadlyDeclared])[1][0]


def test_what_is_shared_is_inherited_and_no_event_itself() -> None:
    class OfTenant(Event, abstract=True):
        tenant: str

    class ThingDone(OfTenant):
        """A thing was done."""

        count: int = 1

    assert {one.name: one.required for one in declaration_of(ThingDone).properties} == {"tenant": True, "count": False}
    assert ThingDone(tenant="t").__vedette_event__()[0] == "thing_done"


def test_names_are_looked_at() -> None:
    class Upgrade(Event, name="UpgradePlan"):
        pass

    class Reserved(Event, name="$pageview"):
        pass

    class Old(Event, name="thing_seen", status="deprecated", owner="x", key="nothing"):
        """Seen."""

        count: Annotated[int, field("How many", ge=1)] = 0

    class OldAgain(Event, name="thing_seen", status="gone", replacement="nowhere"):
        pass

    read, errors, warnings = declarations([Upgrade, Reserved, Old, OldAgain])
    assert len(read) == 4
    assert errors == [
        "$pageview: names that start with $ are reserved for the library",
        "thing_seen: the key names nothing, which is no property",
        "thing_seen: the default of count is not as declared: 0 is not ≥ 1",
        "thing_seen: the status 'gone' is not one of experimental, stable, deprecated",
        "thing_seen: version 1 is declared 2 times",
    ]
    assert "UpgradePlan: the name is not snake_case" in warnings
    assert "thing_seen: it is deprecated, and no replacement is named" in warnings
    assert "thing_seen: its replacement nowhere is not declared" in warnings


def test_money_takes_two_names() -> None:
    class Paid(Event):
        price: Money
        price_currency: str

    assert "price_currency is declared twice" in Paid(price=Money(1, "EUR")).__vedette_event__()[2][0].detail  # type: ignore[call-arg]
