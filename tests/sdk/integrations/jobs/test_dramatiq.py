"""dramatiq: producer and worker are processes of their own, and all they send is of one context; nothing is lost."""

from tests.sdk.integrations.jobs.conftest import Shop, check_one_context, outcomes

NAMES = {name: name for name in ("ship", "charge", "flaky", "nap", "unlucky")}


def test_one_context(shop: Shop) -> None:
    with shop.worker("dramatiq"):
        shop.send("dramatiq_shop")
        shop.wait_for(ship=1, charge=1, flaky=2, unlucky=1)
        shop.wait_for_mark("napping")
    spans = check_one_context(shop.project, "dramatiq", NAMES)
    assert outcomes(spans, "flaky") == ["retry", "ok"]
    assert [span["attributes"]["job.attempt"] for span in spans["flaky"]] == ["1", "2"]
    assert outcomes(spans, "unlucky") == ["expected"]
    errors = shop.project.sql("SELECT value FROM errors")
    assert {each["value"] for each in errors} == {"handled", "no money"}, "neither `Retry` nor `throws` are errors"
