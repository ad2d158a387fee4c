"""Projects' rules in memory, as ingest keys are: what ingestion asks of every event costs no database call."""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vedette.server.grouping import NO_RULES, Rules
from vedette.server.http.scrubbing import DEFAULT_RULES, ScrubbingRules

log = logging.getLogger("vedette.rules")


@dataclass(frozen=True, slots=True)
class ProjectRules:
    """What one project has set: how its errors are grouped, what counts as a secret beside the known ones, and the
    fingerprints of issues that nobody wants to hear of."""

    grouping: Rules = NO_RULES
    scrubbing: ScrubbingRules = DEFAULT_RULES
    discarded: frozenset[str] = frozenset()

    def discards(self, fingerprints: Sequence[str]) -> bool:
        """Whether an error with these `<strategy>.v<version>:<hash>` is refused: by what groups it, of any version."""
        if not self.discarded:
            return False
        strategy = fingerprints[0].partition(".")[0]
        alike = (one for one in fingerprints if one.partition(".")[0] == strategy)
        return any(one.partition(":")[2] in self.discarded for one in alike)


NONE_SET = ProjectRules()


class RuleBook:
    """Project → rules."""

    def __init__(self, load: Callable[[], Mapping[int, ProjectRules]] = dict, *, reload_seconds: float = 5.0) -> None:
        self._load = load
        self._reload_seconds = reload_seconds
        self._reloading = threading.Lock()
        self._rules = dict(load())

    def of(self, project_id: int) -> ProjectRules:
        """The project's rules; those of none when it has set none."""
        return self._rules.get(project_id, NONE_SET)

    def reload(self) -> None:
        """Read the rules again; call after they have changed. Blocking."""
        with self._reloading:  # or one that read before a change could put its older rules over a newer one's
            self._rules = dict(self._load())

    async def keep_fresh(self) -> None:
        """Reload every few seconds until cancelled; a failing database leaves the last known rules in force."""
        while True:
            await asyncio.sleep(self._reload_seconds)
            try:
                await asyncio.to_thread(self.reload)
            except Exception as error:
                log.warning("the rules of projects cannot be read, the last known stay in force: %s", error)
