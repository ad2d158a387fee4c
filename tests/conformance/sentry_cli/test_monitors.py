"""`sentry-cli monitors run` around a command: its run, its exit status and its schedule."""

from pathlib import Path

import pytest

from tests.conformance.sentry_cli.conftest import SentryCli
from tests.conftest import ProjectClient

pytestmark = pytest.mark.node
SCHEDULE = ("--schedule", "0 3 * * *", "--timezone", "Europe/Vienna", "--max-runtime", "7")


@pytest.mark.parametrize(("command", "status"), [("true", "ok"), ("false", "error")])
def test_a_command_is_a_run(
    sentry_cli: SentryCli, project: ProjectClient, tmp_path: Path, command: str, status: str
) -> None:
    dsn = project.connect["sentry_dsn"]
    done = sentry_cli.run("monitors", "run", *SCHEDULE, "nightly", "--", command, cwd=tmp_path, SENTRY_DSN=dsn)
    assert (done.returncode == 0) == (status == "ok"), done.stderr
    nightly = project.get("crons/nightly")
    expected = ("At 03:00 every day", "Europe/Vienna", 7)
    assert (nightly["schedule"], nightly["timezone"], nightly["max_runtime"]) == expected
    assert [run["status"] for run in nightly["runs"]] == [status]
