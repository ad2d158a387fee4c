"""rq: producer, worker and work horse are processes of their own, and all they send is of one context; nothing is
lost, though a work horse leaves by `os._exit`."""

from tests.sdk.integrations.jobs.conftest import Shop, check_one_context, outcomes
from tests.sdk.integrations.jobs.shop import TRACE

NAMES = {name: f"tests.sdk.integrations.jobs.rq_shop.{name}" for name in ("ship", "charge", "flaky", "nap", "again")}


def test_one_context(shop: Shop) -> None:
    with shop.worker("rq"):
        shop.send("rq_shop")
        shop.wait_for(ship=1, charge=1, flaky=2, again=2)
        shop.wait_for_mark("napping")
    spans = check_one_context(shop.project, "rq", NAMES)
    assert outcomes(spans, NAMES["flaky"]) == ["retry", "ok"]
    assert outcomes(spans, NAMES["again"]) == ["retry", "ok"]
    errors = shop.project.sql("SELECT value FROM errors")
    assert {each["value"] for each in errors} == {"handled", "no money"}, "retries are no errors"


def test_a_job_whose_work_horse_was_killed(shop: Shop) -> None:
    with shop.worker("rq"):
        shop.send("rq_shop", "shop.within_a_request(lambda: it.queue.enqueue(it.stop))")
        shop.project.wait_for("SELECT * FROM errors")
    [told] = shop.project.sql("SELECT value, trace_id, user_id, span_id FROM errors FINAL")
    [span] = shop.project.sql("SELECT span_id, attributes FROM spans WHERE name LIKE '%stop'")
    assert told == {
        "value": "the work horse of tests.sdk.integrations.jobs.rq_shop.stop ended by signal 9",
        "trace_id": TRACE, "user_id": "u1", "span_id": span["span_id"],
    }  # fmt: skip
    assert span["attributes"]["job.outcome"] == "error"
