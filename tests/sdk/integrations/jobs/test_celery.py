"""Celery: producer and worker are processes of their own, and all they send is of one context; nothing is lost."""

import pytest
from celery import Celery

import vedette
from tests.sdk.integrations.jobs.conftest import Shop, check_one_context, outcomes
from tests.sdk.integrations.jobs.shop import TRACE
from vedette.testing import Capture

NAMES = {
    name: f"tests.sdk.integrations.jobs.celery_shop.{name}" for name in ("ship", "charge", "flaky", "nap", "unlucky")
}


@pytest.mark.parametrize("pool", ["prefork", "threads", "solo"])
def test_one_context(shop: Shop, pool: str) -> None:
    with shop.worker("celery", "-P", pool):
        shop.send("celery_shop")
        shop.wait_for(ship=1, charge=1, flaky=2, unlucky=1)
        shop.wait_for_mark("napping")
    spans = check_one_context(shop.project, "celery", NAMES)
    assert outcomes(spans, NAMES["flaky"]) == ["retry", "ok"]
    assert [span["attributes"]["job.attempt"] for span in spans[NAMES["flaky"]]] == ["1", "2"]
    assert outcomes(spans, NAMES["unlucky"]) == ["expected"]
    assert spans[NAMES["ship"]][0]["attributes"]["messaging.destination.name"] == "celery"
    errors = shop.project.sql("SELECT value FROM errors")
    assert {each["value"] for each in errors} == {"handled", "no money"}, "neither retries nor `throws` are errors"
    of_celery = shop.project.sql("SELECT body, trace_id, scope_name FROM logs WHERE body LIKE '%own logger%'")
    assert [(each["scope_name"], each["body"]) for each in of_celery] == [("shop.tasks", "from the task's own logger")]
    assert shop.project.sql("SELECT body FROM logs WHERE scope_name = 'celery.redirected'") == []


def test_a_child_a_task_loses_nothing(shop: Shop) -> None:
    """Each process of the pool runs one task and leaves by `os._exit`."""
    with shop.worker("celery", "-P", "prefork", "--max-tasks-per-child", "1", "-c", "4"):
        shop.send("celery_shop", "[it.ship.delay(order) for order in range(10)]\nvedette.flush(5)")
        shop.wait_for(ship=10)
    name = NAMES["ship"]
    spans = shop.project.sql(
        f"SELECT count() AS n, uniq(resource['process.pid']) AS pids FROM spans WHERE name = '{name}'"
    )
    assert spans == [{"n": 10, "pids": 10}]
    assert shop.project.sql("SELECT count() AS n FROM logs WHERE body LIKE '%ship ok'") == [{"n": 10}]
    assert shop.project.sql("SELECT count() AS n FROM events FINAL") == [{"n": 10}]
    assert shop.project.sql("SELECT count() AS n FROM errors FINAL") == [{"n": 10}]
    counted = shop.project.sql("SELECT sum(count) AS n FROM metric_points WHERE metric_name = 'job.duration'")
    assert counted == [{"n": 10}]


def test_tasks_whose_process_was_killed(shop: Shop) -> None:
    """The process that knew of it is no more: its parent tells, once, in the trace of the sender."""
    with shop.worker("celery", "-P", "prefork", "-c", "2"):
        shop.send("celery_shop", "shop.within_a_request(it.send_doomed)")
        shop.project.wait_for("SELECT * FROM errors", rows=2)
    errors = shop.project.sql("SELECT type, trace_id, user_id, span_id, handled FROM errors ORDER BY type")
    spans = shop.project.sql("SELECT name, span_id, duration_ns FROM spans WHERE attributes['job.outcome'] = 'error'")
    stop, hang = (next(each for each in spans if each["name"].endswith(name)) for name in ("stop", "hang"))
    common = {"trace_id": TRACE, "user_id": "u1", "handled": False}
    assert errors == [
        {"type": "TimeLimitExceeded", "span_id": hang["span_id"], **common},
        {"type": "WorkerLostError", "span_id": stop["span_id"], **common},
    ]
    assert int(hang["duration_ns"]) > 1e9
    assert len(spans) == 2


def test_eager_tasks_run_inside_of_what_calls_them(sent: Capture) -> None:
    app = Celery("eager", set_as_current=False)
    app.conf.update(task_always_eager=True, task_eager_propagates=False)

    @app.task(name="outer")
    def outer() -> None:
        inner.delay()

    @app.task(name="inner")
    def inner() -> None:
        vedette.track("inside")
        raise ValueError("inner")

    with vedette.context(user="u1", session="s1"), vedette.span("request"):
        outer.delay()
    spans = {span.name: span for span in sent.spans}
    assert spans["inner"].parent_id == spans["outer"].span_id
    assert spans["outer"].parent_id == spans["request"].span_id
    assert sent.events[0]["distinct_id"] == "u1"
    [error] = sent.errors
    assert error["contexts"]["trace"]["span_id"] == spans["inner"].span_id
    assert error["user"] == {"id": "u1"}
    assert {name: span.attributes.get("job.outcome") for name, span in spans.items()} == {
        "inner": "error", "outer": "ok", "request": None,
    }  # fmt: skip
    assert sent.failures == {}
