"""Which release is later where names do not say it: dates that people gave go before the first error."""

from typing import Any

import pytest

from tests.server.features.issues.test_issues import DAY, HOUR, error, ids, one
from tests.server.reading import Reader, ago

# Commits: the first two have errors, the third never had one.
OLD, MIDDLE, GOOD, NEXT = "3f2a9c1", "b77e001", "c0ffee0", "0ddba11"


def say(reader: Reader, path: str, **body: Any) -> None:
    headers = {"authorization": f"Bearer {reader.token}"}
    answer = reader.api.request("POST", f"/api/0/organizations/any/releases/{path}", headers=headers, json=body)
    assert answer.status_code < 300, answer.text


def create(reader: Reader, version: str, **more: Any) -> None:
    say(reader, "", version=version, projects=[reader.project_id], **more)


def resolve(reader: Reader, **how: Any) -> None:
    answer = reader.request("PATCH", "issues", json={"ids": ["a"], "status": "resolved", **how})
    assert answer.status_code == 200, answer.text


@pytest.fixture
def seen(reader: Reader) -> Reader:
    reader.insert("errors", [error(1, "a", 3 * DAY, release=OLD), error(2, "b", 2 * DAY, release=MIDDLE)])
    return reader


def test_a_release_without_errors_is_placed_by_its_deploy(seen: Reader) -> None:
    create(seen, GOOD)
    say(seen, f"{GOOD}/deploys/", environment="production", dateFinished=ago(HOUR))
    resolve(seen, resolution="release", release=GOOD)
    seen.insert("errors", [error(3, "a", 0, release=MIDDLE)])
    assert one(seen, "a")["status"] == "resolved", "of a server that was not restarted"
    seen.insert("errors", [error(4, "a", 0, release=NEXT)])
    assert (one(seen, "a")["substatus"], one(seen, "a")["cause"]) == ("regressed", NEXT)


def test_the_date_of_finalizing_goes_before_that_of_a_deploy(seen: Reader) -> None:
    create(seen, GOOD, dateReleased=ago(4 * DAY))
    say(seen, f"{GOOD}/deploys/", environment="production", dateFinished=ago(HOUR))
    resolve(seen, resolution="release", release=GOOD)
    seen.insert("errors", [error(3, "a", 0, release=MIDDLE)])
    assert one(seen, "a")["cause"] == MIDDLE


def test_the_first_deploy_counts(seen: Reader) -> None:
    """A rollback does not make an old release new."""
    create(seen, OLD)
    for seconds in (3 * DAY, 60):
        say(seen, f"{OLD}/deploys/", environment="production", dateFinished=ago(seconds))
    resolve(seen, resolution="release", release=MIDDLE)
    seen.insert("errors", [error(3, "a", 0, release=OLD)])
    assert one(seen, "a")["status"] == "resolved"
    assert ids(seen, "release:latest") == ["b"]


def test_creating_a_release_says_nothing_of_when_it_runs(seen: Reader) -> None:
    create(seen, GOOD)
    resolve(seen, resolution="next")
    assert one(seen, "a")["release"] == MIDDLE
    say(seen, f"{GOOD}/deploys/", environment="staging")
    resolve(seen, resolution="next")
    assert one(seen, "a")["release"] == GOOD
    seen.insert("errors", [error(3, "a", 0, release=GOOD)])
    assert one(seen, "a")["status"] == "resolved"


def test_numbers_go_before_dates(reader: Reader) -> None:
    reader.insert("errors", [error(1, "a", 2 * DAY, release="app@1.10.0")])
    create(reader, "app@1.9.2", dateReleased=ago(60))
    resolve(reader, resolution="release", release="app@1.10.0")
    reader.insert("errors", [error(2, "a", 0, release="app@1.9.2")])
    assert one(reader, "a")["status"] == "resolved"


def test_another_projects_dates_are_not_ours(seen: Reader) -> None:
    other = seen.new()
    create(other, GOOD, dateReleased=ago(60))
    resolve(seen, resolution="next")
    assert one(seen, "a")["release"] == MIDDLE
