"""One row by its id: what a deep link opens, and the file that came with an error."""

from typing import Any

from tests.server.reading import Reader, ago


def test_a_log_record_by_id_and_time(reader: Reader) -> None:
    moment = "2026-03-01T10:00:00.123456789Z"
    reader.insert("logs", [{"body": body, "time": moment} for body in ("one", "two")])
    listed = reader.get("logs", since="2026-03-01", until="2026-03-02")["items"]
    for record in listed:
        assert reader.get(f"logs/{record['id']}", time=record["time"]) == record
    assert reader.request("GET", f"logs/{listed[0]['id']}?time=2026-03-01T10:00:00Z").status_code == 404
    assert reader.request("GET", f"logs/{listed[0]['id']}").status_code == 400


def test_an_event_by_uuid(reader: Reader) -> None:
    uuid = "00000000-0000-0000-0000-000000000001"
    reader.insert("events", [{"uuid": uuid, "event": "paid", "distinct_id": "u", "properties": {"plan": "pro"}}])
    found = reader.get(f"events/{uuid}")
    assert (found["event"], found["properties"]) == ("paid", {"plan": "pro"})
    assert reader.get(f"events/{uuid}", time=found["time"]) == found
    assert reader.request("GET", f"events/{uuid[:-1]}2").status_code == 404
    assert reader.request("GET", "events/1").status_code == 400


def attachment(name: str, **more: Any) -> dict[str, Any]:
    return {
        "event_id": "ab",
        "attachment_id": "1",
        "filename": name,
        "content_type": "text/html",
        "time": ago(1),
        **more,
    }


def test_an_attachment_is_saved_and_never_shown(reader: Reader) -> None:
    name = '../x"\r\nSet-Cookie: a=b; é.html'
    reader.insert("error_attachments", [attachment(name, content="<script>", size=8)])
    reader.store.command(
        "INSERT INTO error_attachments (project_id, event_id, attachment_id, content) "
        f"SELECT {reader.project_id}, 'ab', 'bytes', unhex('00ff10')"
    )
    answer = reader.request("GET", "errors/ab/attachments/1")
    assert answer.content == b"<script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''x%22%0D%0ASet-Cookie%3A%20a%3Db%3B%20%C3%A9.html"
    )
    assert reader.request("GET", "errors/ab/attachments/bytes").content == b"\x00\xff\x10"
    assert reader.request("GET", "errors/ab/attachments/2").status_code == 404


def test_outcomes_over_time(reader: Reader) -> None:
    row = {"protocol": "otlp", "category": "log", "reason": ""}
    reader.insert("outcomes", [
        {**row, "outcome": "accepted", "quantity": 5, "time": "2026-03-01T10:00:01Z"},
        {**row, "outcome": "accepted", "quantity": 7, "time": "2026-03-01T10:00:59Z"},
        {**row, "outcome": "rejected", "quantity": 1, "time": "2026-03-01T10:29:59Z"},
    ])  # fmt: skip
    chart = reader.get("outcomes/histogram", since="2026-03-01T10:00:00Z", until="2026-03-01T10:30:00Z", buckets=30)
    assert (chart["bucket_seconds"], len(chart["buckets"])) == (60, 30)
    counts = [bucket["counts"] for bucket in chart["buckets"]]
    assert (counts[0], counts[1], counts[29]) == ({"accepted": 12}, {}, {"rejected": 1})


def test_a_metric_says_how_to_read_it(reader: Reader) -> None:
    counter = {"type": "sum", "is_monotonic": True, "first_time": ago(60), "last_time": ago(10)}
    reader.insert_plain("metric_series", [
        {**counter, "metric_name": "requests", "series_id": 1, "attributes": {"b": "1"}},
        {**counter, "metric_name": "requests", "series_id": 2, "attributes": {"a": "1"}},
        {**counter, "metric_name": "in_flight", "series_id": 3, "is_monotonic": False},
    ])  # fmt: skip
    names = reader.get("metrics")["items"]
    assert [(row["metric_name"], row["is_monotonic"]) for row in names] == [("in_flight", False), ("requests", True)]
    metric = reader.get("metrics/requests")
    assert (metric["is_monotonic"], metric["label_keys"]) == (True, ["a", "b"])
