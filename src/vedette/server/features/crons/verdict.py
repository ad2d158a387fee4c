"""Runs → whether a monitor is well: it fails after so many bad runs in a row and recovers after so many good ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vedette.server.features.crons.config import Config
from vedette.server.features.crons.timeline import Run


@dataclass(frozen=True, slots=True)
class Verdict:
    """`waiting` has no run that has ended. `since_ms` is when it began to be so."""

    status: Literal["ok", "failing", "waiting"]
    since_ms: int | None = None


def judge(runs: Iterable[Run], config: Config) -> Verdict:
    """The verdict after all runs that are decided, in the order in which they were."""
    decided = sorted((run.decided_ms, run.status == "ok") for run in runs if run.decided_ms is not None)
    verdict = Verdict("waiting")
    good = bad = 0
    for at_ms, fine in decided:
        good, bad = (good + 1, 0) if fine else (0, bad + 1)
        if verdict.status != "failing" and bad >= config.failure_issue_threshold:
            verdict = Verdict("failing", at_ms)
        elif verdict.status == "waiting" or (verdict.status == "failing" and good >= config.recovery_threshold):
            verdict = Verdict("ok", at_ms)
    return verdict
