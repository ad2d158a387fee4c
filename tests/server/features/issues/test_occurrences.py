"""Walking an issue's events: they are those that its numbers count, however many reports told of each."""

from tests.server.features.issues.test_issues import HOUR, Row, error
from tests.server.reading import Reader


def told(reader: Reader, which: str, issue: str = "a") -> Row:
    found: Row = reader.get(f"issues/{issue}/events/{which}")
    return found


def crash(number: int, fingerprint: str, seconds: float, trace: str, source: str) -> Row:
    return error(number, fingerprint, seconds, trace_id=trace, source=source, value="bank")


def test_an_event_is_one_however_many_reported_it(reader: Reader) -> None:
    reader.insert("errors", [
        crash(n * 10 + k, "a", HOUR * (3 - n) - k, f"t{n}", source)
        for n in range(3) for k, source in enumerate(("sentry", "otlp", "posthog"))
    ])  # fmt: skip
    assert reader.get("issues/a")["count"] == 3
    newest = told(reader, "latest")
    assert (newest["total"], newest["newer"], newest["reports"], newest["counted"]) == (3, 0, 9, True)
    assert newest["event"]["event_id"] == f"{20:032x}" and newest["next"] is None
    walked = [newest]
    while walked[-1]["previous"]:
        walked.append(told(reader, walked[-1]["previous"]))
    assert [one["event"]["source"] for one in walked] == ["sentry"] * 3
    assert [one["newer"] for one in walked] == [0, 1, 2]
    assert told(reader, "oldest")["event"]["event_id"] == walked[-1]["event"]["event_id"]
    assert told(reader, "recommended")["event"]["source"] == "sentry"


def test_another_report_of_an_event_is_shown_and_says_so(reader: Reader) -> None:
    reader.insert("errors", [
        crash(1, "a", 2 * HOUR, "t1", "sentry"), crash(2, "a", 2 * HOUR - 1, "t1", "otlp"),
        crash(3, "a", HOUR, "t2", "sentry"),
    ])  # fmt: skip
    other = told(reader, f"{2:032x}")
    assert (other["counted"], other["total"], other["reports"]) == (False, 2, 3)
    assert (other["previous"], other["next"]) == (f"{1:032x}", f"{3:032x}")


def test_of_an_issue_of_nothing_but_other_reports_every_report_is_shown(reader: Reader) -> None:
    reader.insert("errors", [
        crash(n * 10 + k, fingerprint, HOUR * (3 - n) - k, f"t{n}", source)
        for n in range(2) for k, (source, fingerprint) in enumerate((("sentry", "a"), ("otlp", "b")))
    ])  # fmt: skip
    assert reader.get("issues/b")["count"] == 0
    latest = told(reader, "latest", "b")
    assert (latest["total"], latest["reports"], latest["counted"]) == (0, 2, False)
    assert told(reader, latest["previous"], "b")["newer"] == 1
