"""arq: producer and worker are processes of their own, and all they send is of one context; nothing is lost."""

import pickle
from typing import Any

from arq.jobs import deserialize_job, serialize_job

from tests.sdk.integrations.jobs.conftest import Shop, check_one_context, outcomes
from vedette.testing import Capture

NAMES = {name: name for name in ("ship", "charge", "flaky", "nap", "slow")}


def test_one_context(shop: Shop) -> None:
    with shop.worker("arq"):
        shop.send("arq_shop")
        shop.wait_for(ship=1, charge=1, flaky=2, slow=1)
        shop.wait_for_mark("napping")
    spans = check_one_context(shop.project, "arq", NAMES)
    assert outcomes(spans, "flaky") == ["retry", "ok"]
    assert outcomes(spans, "slow") == ["error"]
    errors = shop.project.sql("SELECT type, handled FROM errors ORDER BY type, handled")
    assert errors == [
        {"type": "Broken", "handled": False},
        {"type": "Broken", "handled": True},
        {"type": "TimeoutError", "handled": False},
    ]


def test_a_worker_without_us_reads_our_jobs(sent: Capture) -> None:
    import arq.connections

    carrying: Any = arq.connections.serialize_job
    data = carrying("ship", (7,), {"fast": True}, None, 1_700_000_000_000)
    assert pickle.loads(data)["vedette"].keys() >= {"x-vedette-sent-at"}
    job = deserialize_job(data)
    assert (job.function, job.args, job.kwargs) == ("ship", (7,), {"fast": True})
    assert pickle.loads(serialize_job("ship", (), {}, None, 0)).keys() == pickle.loads(data).keys() - {"vedette"}
