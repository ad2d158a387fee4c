"""The official client, unchanged but for `host=`."""

import logging
from collections.abc import Iterator

import pytest
from logtail import LogtailHandler, context

from tests.conftest import ProjectClient


@pytest.fixture
def logger(project: ProjectClient) -> Iterator[logging.Logger]:
    handler = LogtailHandler(source_token=project.key, host=project.server.url)
    logger = logging.getLogger(f"shop-{project.id}")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)
    handler.close()


def test_records_arrive_with_level_extra_and_context(project: ProjectClient, logger: logging.Logger) -> None:
    with context(user={"id": 42, "name": "Zoë"}):
        logger.warning(
            "paid %s for 🍕 – größer", "€9", extra={"order": {"id": "o-1", "items": [1, 2]}, "user_note": "ß"}
        )
    (row,) = project.wait_for("SELECT *, toString(dateDiff('second', time, now64(9))) AS age FROM logs")
    assert row["body"] == "paid €9 for 🍕 – größer"
    assert (row["severity_text"], row["severity_number"]) == ("warning", 13)
    assert row["user_id"] == "42"
    assert row["scope_name"] == logger.name
    assert abs(int(row["age"])) < 60
    attributes = row["attributes"]
    assert attributes["order.id"] == "o-1"
    assert attributes["order.items"] == "[1,2]"
    assert attributes["user_note"] == "ß"
    assert attributes["context.user.name"] == "Zoë"
    assert attributes["context.runtime.function"] == "test_records_arrive_with_level_extra_and_context"
    assert attributes["severity"] == "3"


def test_an_exception_comes_with_its_traceback(project: ProjectClient, logger: logging.Logger) -> None:
    try:
        raise ValueError("übel 💥")
    except ValueError:
        logger.exception("it broke")
    (row,) = project.wait_for("SELECT body, severity_number FROM logs")
    assert row["severity_number"] == 17
    assert row["body"].startswith("it broke\nTraceback (most recent call last):")
    assert row["body"].endswith("ValueError: übel 💥")


def test_thousands_of_records_arrive_once_each(project: ProjectClient, logger: logging.Logger) -> None:
    for number in range(2500):
        logger.info("record %d", number)
        if number % 500 == 499:
            logger.handlers[0].flush()  # its queue holds 1000 and drops what is beyond
    (row,) = project.wait_for("SELECT count() AS n, uniq(body) AS u FROM logs HAVING n >= 2500", seconds=20)
    assert (row["n"], row["u"]) == (2500, 2500)
