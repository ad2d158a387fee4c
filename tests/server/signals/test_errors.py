"""A crash that several sources reported is one error, in every list and every count (docs/decisions/0012)."""

from typing import Any

from tests.server.reading import Reader, ago
from vedette.server.http.listing import TimeRange
from vedette.server.signals.errors.queries import of_one_kind
from vedette.server.store.filters import Filter

TRACE = "0af7651916cd43dd8448eb211c80319c"
SENTRY = {"event_id": "5e" * 16, "source": "sentry", "type": "PaymentDeclined", "fingerprint": "f-sentry"}
POSTHOG = {"event_id": "90" * 16, "source": "posthog", "type": "PaymentDeclined", "fingerprint": "f-posthog"}
LOG = {"event_id": "10" * 16, "source": "otlp", "type": "saas.payments.PaymentDeclined", "fingerprint": "f-otlp"}
SPAN = {**LOG, "event_id": "5a" * 16, "transaction": "POST /pay"}


def crash(*reports: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    shared = {"trace_id": TRACE, "value": "card declined", "title": "declined", "time": ago(60), "user_id": "ada"}
    return [{**shared, **report, **more} for report in reports]


def seen(reader: Reader, **params: Any) -> list[str]:
    """The event ids of the list, after checking that everything that counts errors agrees with it."""
    ids = [row["event_id"] for row in reader.get("errors", **params)["items"]]
    groups = reader.get("errors/groups", **params)["items"]
    assert sum(group["count"] for group in groups) == len(ids)
    assert {group["last_event_id"] for group in groups} <= set(ids)
    overview = reader.get("overview", **params)
    assert overview["totals"]["errors"] == len(ids)
    assert sum(bucket["errors"] for bucket in overview["buckets"]) == len(ids)
    assert sum(group["count"] for group in overview["newest_errors"]) == len(ids)
    if not params:
        assert reader.get("related", user_id="ada")["errors"] == len(ids)
    return ids


def test_one_crash_in_four_reports_counts_once(reader: Reader) -> None:
    reader.insert("errors", crash(SPAN))
    assert seen(reader) == [SPAN["event_id"]]
    reader.insert("errors", crash(LOG))
    assert seen(reader) == [LOG["event_id"]]
    reader.insert("errors", crash(POSTHOG))
    assert seen(reader) == [POSTHOG["event_id"]]
    reader.insert("errors", crash(SENTRY))
    assert seen(reader) == [SENTRY["event_id"]]


def test_every_report_is_still_there(reader: Reader) -> None:
    reader.insert("errors", crash(SENTRY, LOG, SPAN))
    detail = reader.get(f"errors/{SENTRY['event_id']}")
    assert [report["event_id"] for report in detail["reports"]] == [LOG["event_id"], SPAN["event_id"]]
    detail = reader.get(f"errors/{SPAN['event_id']}")
    assert [report["source"] for report in detail["reports"]] == ["sentry", "otlp"]
    assert reader.get("related", trace_id=TRACE)["errors"] == 1
    rows = reader.request("POST", "sql", json={"sql": "SELECT count() FROM errors"}).json()["rows"]
    assert rows == [[3]]


def test_distinct_errors_of_one_trace_stay(reader: Reader) -> None:
    same = [{**SENTRY, "event_id": f"{n:032x}", "time": ago(60 - n)} for n in range(5)]
    reader.insert("errors", crash(*same))
    reader.insert("errors", crash(*[{**LOG, "event_id": f"{n:032x}", "value": f"no {n}"} for n in range(10, 13)]))
    assert len(seen(reader)) == 8, "of one source, or with another message"


def test_what_does_not_belong_together_stays(reader: Reader) -> None:
    reader.insert("errors", crash(SENTRY))
    reader.insert("errors", crash(LOG, trace_id="1" * 32))
    reader.insert("errors", crash({**LOG, "event_id": "2" * 32}, trace_id=""))
    reader.insert("errors", crash({**LOG, "event_id": "3" * 32}, type="saas.payments.Timeout"))
    reader.insert("errors", crash({**LOG, "event_id": "4" * 32}, time=ago(2000)))
    assert len(seen(reader)) == 5
    other = reader.new()
    other.insert("errors", crash({**LOG, "event_id": "5" * 32}))
    assert len(other.get("errors")["items"]) == 1, "the reports of other projects hide nothing"


def test_without_a_trace_nothing_is_the_same(reader: Reader) -> None:
    reader.insert("errors", crash(SENTRY, POSTHOG, LOG, SPAN, trace_id=""))
    assert len(seen(reader)) == 4


def test_a_report_that_names_the_sentry_event_needs_no_trace(reader: Reader) -> None:
    named = {"tags": {"sentry.event_id": "5E5E5E5E-5E5E-5E5E-5E5E-5E5E5E5E5E5E"}}
    reader.insert("errors", crash(SENTRY, trace_id="9" * 32))
    reader.insert("errors", crash({**LOG, **named}, SPAN))
    assert [row["event_id"] for row in reader.get("errors")["items"]] == [SENTRY["event_id"]]
    assert reader.get("related", user_id="ada")["errors"] == 1
    reports = reader.get(f"errors/{SENTRY['event_id']}")["reports"]
    assert [report["event_id"] for report in reports] == [LOG["event_id"]]


def test_reports_on_both_sides_of_an_edge_count_in_one_range(reader: Reader) -> None:
    reader.insert("errors", crash(LOG, time="2026-03-01T10:59:59.9Z"))
    reader.insert("errors", crash(SENTRY, time="2026-03-01T11:00:00.1Z"))
    hours = [("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"), ("2026-03-01T11:00:00Z", "2026-03-01T12:00:00Z")]
    counts = [len(reader.get("errors", since=since, until=until)["items"]) for since, until in hours]
    assert counts == [0, 1]


def test_what_is_outside_of_the_view_hides_nothing(reader: Reader) -> None:
    """Sentry's SDKs name no service: asking for one must still find the crash."""
    reader.insert("errors", crash(SENTRY, user_id=""))
    reader.insert("errors", crash(LOG, SPAN, service="billing"))
    assert seen(reader, service="billing") == [LOG["event_id"]]
    assert [row["event_id"] for row in reader.get("errors", user_id="ada")["items"]] == [LOG["event_id"]]
    assert reader.get("related", user_id="ada")["errors"] == 1
    assert len(reader.get("errors", filter="source=otlp")["items"]) == 1
    assert [row["event_id"] for row in reader.get("errors")["items"]] == [SENTRY["event_id"]]
    assert reader.get("errors", fingerprint="f-otlp")["items"] == [], "as its group, which the groups do not show"


def test_groups_are_paged_by_what_was_last_shown(reader: Reader) -> None:
    reader.insert("errors", [
        {"event_id": f"{n:032x}", "fingerprint": f"f{n // 2}", "time": ago(100 - n // 4)} for n in range(20)
    ])  # fmt: skip
    first = reader.get("errors/groups", limit=4)
    assert [group["fingerprint"] for group in first["items"]] == ["f9", "f8", "f7", "f6"]
    reader.insert("errors", [{"event_id": "f" * 32, "fingerprint": "f2", "time": ago(0)}])
    reader.insert("errors", [{"event_id": "e" * 32, "fingerprint": "new", "time": ago(0)}])
    second = reader.get("errors/groups", limit=4, cursor=first["next_cursor"])
    third = reader.get("errors/groups", limit=4, cursor=second["next_cursor"])
    rest = second["items"] + third["items"]
    assert [group["fingerprint"] for group in rest] == ["f5", "f4", "f3", "f2", "f1", "f0"]
    assert third["next_cursor"] is None
    again = reader.pages("errors/groups", limit=3)
    assert [group["fingerprint"] for group in again][:2] in (["new", "f2"], ["f2", "new"])
    assert len(again) == 11


def test_where_all_reports_are_of_one_kind_none_hides_another(reader: Reader) -> None:
    def one_kind(*filters: Filter) -> bool:
        return of_one_kind(reader.store, reader.project_id, TimeRange.parse("-1h", "now"), filters)

    assert one_kind()
    reader.insert("errors", crash(SENTRY, service="api"))
    assert one_kind()
    reader.insert("errors", crash(LOG, service="billing"))
    assert not one_kind()
    assert one_kind(Filter("service", "=", "api"))
    assert not one_kind(Filter("level", "=", "error")), "what is asked of an error does not change what hides it"
