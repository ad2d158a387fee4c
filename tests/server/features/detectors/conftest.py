"""The detectors over spans that the tests insert; a fresh project for each test, and time as an argument."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from tests.server.reading import Reader, reading
from vedette.server.config import Settings
from vedette.server.features.detectors import sweep as sweep_module
from vedette.server.features.rules.documents import load_rules
from vedette.server.http.access import Services
from vedette.server.http.keys import KeyRing
from vedette.server.http.rules import RuleBook
from vedette.server.store.commit import Committer

Row = dict[str, Any]
T = TypeVar("T")
SECOND = 1_000_000_000
MS = 1_000_000


@pytest.fixture(scope="package")
def detectors_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep_module, "EVERY_SECONDS", 1e6)  # the tests sweep themselves, by their own clock
        with reading(tmp_path_factory.mktemp("detectors")) as reader:
            yield reader


@dataclass
class Traces:
    """Spans of a project, and a clock that the test turns."""

    reader: Reader
    start_ns: int
    now_ns: int

    def span(self, span_id: str, parent: str = "", *, at_ms: float = 0, ms: float = 10, **more: Any) -> Row:
        """A span that began `at_ms` after the test did, received now."""
        return {
            "trace_id": "ab" * 16, "span_id": f"{span_id:0>16}", "parent_span_id": f"{parent:0>16}" if parent else "",
            "time": text(self.start_ns + int(at_ms * MS)), "duration_ns": int(ms * MS), "source": "otlp",
            "service": "shop", "name": "span", "received_at": text(self.now_ns), **more,
        }  # fmt: skip

    def request(self, span_id: str = "1", name: str = "GET /orders", **more: Any) -> Row:
        """The span of a request."""
        return self.span(span_id, **{"name": name, "kind": "server", "is_segment": True, "ms": 900, **more})

    def query(self, span_id: str, statement: str, parent: str = "1", **more: Any) -> Row:
        """A statement."""
        shared = {"op": "db", "kind": "client", "name": "SELECT shop"}
        attributes = {"db.system.name": "postgresql", "db.query.text": statement, **more.pop("attributes", {})}
        return self.span(span_id, parent, **{**shared, "attributes": attributes, **more})

    def call(self, span_id: str, url: str, parent: str = "1", **more: Any) -> Row:
        """A call to another service."""
        shared = {"op": "http.client", "kind": "client", "name": "GET"}
        attributes = {"url.full": url, "http.request.method": "GET", **more.pop("attributes", {})}
        return self.span(span_id, parent, **{**shared, "attributes": attributes, **more})

    def queries(self, count: int, *, first: int = 10, ms: float = 25, **more: Any) -> list[Row]:
        """As many equal statements, one after the other."""
        statement = "SELECT * FROM items WHERE order_id = {}"
        return [
            self.query(str(first + n), statement.format(n), at_ms=(first + n) * ms, ms=ms, **more) for n in range(count)
        ]

    def send(self, *rows: Row) -> None:
        """Store spans and when their traces were, as the views do for what comes over the wire."""
        self.reader.insert("spans", list(rows))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ns += int(seconds * SECOND)

    def sweep(self, seconds: float = 15) -> int:
        """Let time pass and look at what was received until then, as another start of the server would."""
        self.wait(seconds)

        async def look(services: Services) -> int:
            swept = await sweep_module.sweep_project(services, self.reader.project_id, now_ns=self.now_ns)
            return swept.written

        return self.by_services(look)

    def by_services(self, work: Callable[[Services], Coroutine[Any, Any, T]]) -> T:
        """The result of work on an event loop, with the services of a server that has just been started."""
        return asyncio.run(self._by_services(work))

    async def _by_services(self, work: Callable[[Services], Coroutine[Any, Any, T]]) -> T:
        reader = self.reader
        store = reader.store

        def insert(inbound: Any, block: bytes) -> None:
            settings = {key: value for key, value in inbound.settings.items() if key != "insert_deduplication_token"}
            store.insert(inbound.table, block, fmt=inbound.fmt, settings=settings)

        committer = Committer(insert, wait_seconds=0)
        rules = RuleBook(lambda: load_rules(reader.metadata))
        services = Services(Settings(), store, reader.metadata, KeyRing(dict), committer, rules)
        try:
            return await work(services)
        finally:
            await committer.close()

    def issues(self, query: str = "") -> list[Row]:
        """The project's issues, the one seen last first."""
        items: list[Row] = self.reader.get("issues", query=query)["items"]
        return items

    def events(self, issue: str) -> list[Row]:
        """The events of an issue."""
        return self.reader.pages(f"issues/{issue}/events")

    def evidence(self, issue: str) -> Row:
        """What the latest event of an issue says was found."""
        found: Row = self.reader.get(f"issues/{issue}/events/latest")["event"]["payload"]["performance"]
        return found


def text(time_ns: int) -> str:
    return f"{datetime.fromtimestamp(time_ns // SECOND, UTC):%Y-%m-%dT%H:%M:%S}.{time_ns % SECOND:09d}Z"


@pytest.fixture
def traces(detectors_reader: Reader) -> Traces:
    start_ns = time.time_ns() // MS * MS - 1200 * SECOND
    return Traces(detectors_reader.new(), start_ns, start_ns + 2 * SECOND)
