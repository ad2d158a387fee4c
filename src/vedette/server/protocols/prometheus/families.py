"""What 1.0 senders say about metric families, apart from their series: type, unit, help.

Prometheus sends it once a minute in requests of its own. It is kept in memory, and given to each series that comes
after; a restart knows it again within that minute.
"""

from collections import OrderedDict
from collections.abc import Iterable

from vedette.server.protocols.prometheus.messages import Message

# What a family's name gets appended to by its series: https://prometheus.io/docs/specs/om/open_metrics_spec/#suffixes
SUFFIXES = ("_total", "_bucket", "_count", "_sum", "_created", "_info", "_gcount", "_gsum")
MAX_FAMILIES = 20_000
MAX_TEXT = 1000


class Families:
    """One project's metric families: name → (type, unit, help)."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[int, str, str]] = OrderedDict()

    def learn(self, metadata: Iterable[Message]) -> None:
        """Remember; beyond the limit the oldest goes."""
        for entry in metadata:
            known = (entry.type, entry.unit[:MAX_TEXT], entry.help[:MAX_TEXT])
            self._known[entry.metric_family_name] = known
            self._known.move_to_end(entry.metric_family_name)
            while len(self._known) > MAX_FAMILIES:
                self._known.popitem(last=False)

    def find(self, name: str) -> tuple[int, str, str]:
        """The family of a series' name; type 0 where it is unknown."""
        if found := self._known.get(name):
            return found
        for suffix in SUFFIXES:
            if name.endswith(suffix) and (found := self._known.get(name.removesuffix(suffix))):
                return found
        return 0, "", ""


class FamiliesByProject:
    """The families of each project, of the projects that sent last."""

    def __init__(self, max_projects: int = 1000) -> None:
        self._max_projects = max_projects
        self._projects: OrderedDict[int, Families] = OrderedDict()

    def of(self, project_id: int) -> Families:
        """One project's families."""
        families = self._projects.setdefault(project_id, Families())
        self._projects.move_to_end(project_id)
        while len(self._projects) > self._max_projects:
            self._projects.popitem(last=False)
        return families
