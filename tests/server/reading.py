"""The read API in this process, over rows that a test puts into the tables itself: rows in, answers out."""

import json
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from vedette.server.app import FEATURES, PROTOCOLS, SIGNALS, read_api, read_settings
from vedette.server.config import Settings
from vedette.server.features.projects.bootstrap import bootstrap
from vedette.server.http.access import Services, hash_token, new_token
from vedette.server.http.keys import KeyRing
from vedette.server.metadata.engine import Metadata
from vedette.server.metadata.models import ApiToken, Project
from vedette.server.store.client import Store
from vedette.server.store.commit import Committer
from vedette.server.store.dsn import Dsn
from vedette.server.store.migrate import migrate

Row = dict[str, Any]


def ago(seconds: float) -> str:
    """A time before now as the API writes it, in microseconds."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass
class Api:
    """The application on an event loop of its own, called from the test's thread."""

    portal: BlockingPortal
    client: httpx.AsyncClient

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """One request through the whole application, without a socket."""
        answer: httpx.Response = self.portal.call(partial(self.client.request, method, url, **options))
        return answer


@dataclass
class Reader:
    """A project and a token for it."""

    api: Api
    store: Store
    metadata: Metadata
    project_id: int
    token: str

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Put rows into a table; project and time are filled in."""
        self.insert_plain(table, [{"time": ago(60), **row} for row in rows])

    def insert_plain(self, table: str, rows: Sequence[Row]) -> None:
        """The same for tables without a time."""
        if not rows:
            return
        filled = [{"project_id": self.project_id, **row} for row in rows]
        block = b"".join(json.dumps(row).encode() + b"\n" for row in filled)
        settings = {"date_time_input_format": "best_effort", "json_type_escape_dots_in_keys": 1}
        self.store.insert(table, block, fmt="JSONEachRow", settings=settings)

    def request(self, method: str, path: str, **options: Any) -> Any:
        """A request under the project, as it comes back."""
        headers = {"authorization": f"Bearer {self.token}"}
        return self.api.request(method, f"/api/v1/projects/{self.project_id}/{path}", headers=headers, **options)

    def get(self, path: str, **params: Any) -> Any:
        """A GET that must succeed, decoded."""
        answer = self.request("GET", path, params=params or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pages(self, path: str, **params: Any) -> list[Row]:
        """Every item of a list, page by page."""
        items: list[Row] = []
        cursor = None
        while True:
            page = self.get(path, **params, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items
            assert page["items"], "a page with a next one is not empty"

    def new(self, role: str = "admin", *, project_id: int | None = None) -> "Reader":
        """Another project, or another token for one, limited to it."""
        token = new_token("vdt_")
        with self.metadata.session() as session:
            if project_id is None:
                project = Project(organisation_id=1, name="Another")
                session.add(project)
                session.flush()
                project_id = project.id
            row = ApiToken(
                organisation_id=1, name="test", role=role, prefix=token[:8], token_hash=hash_token(token),
                project_id=project_id,
            )  # fmt: skip
            session.add(row)
        return Reader(self.api, self.store, self.metadata, project_id, token)


@contextmanager
def reading(folder: Path, **settings: Any) -> Iterator[Reader]:
    """The read API over an empty embedded store. A process can have one at a time: use at package scope."""
    configured = Settings(data=folder, **settings)
    dsn = Dsn.parse(configured.store_dsn)
    store = Store(dsn, handles=2)
    migrate(store, [slice_.__name__ for slice_ in (*SIGNALS, *PROTOCOLS)])
    metadata = Metadata(configured.metadata_url)
    metadata.migrate()
    bootstrap(metadata, configured.data)
    reader = Store(dsn, handles=2, session_settings=read_settings(configured))
    committer = Committer(lambda inbound, block: store.insert(inbound.table, block, fmt=inbound.fmt))
    services = Services(configured, reader, metadata, KeyRing(dict), committer)
    api = read_api(services)
    transport = httpx.ASGITransport(api, raise_app_exceptions=False)
    with start_blocking_portal() as portal:
        stack = AsyncExitStack()
        for feature in FEATURES:
            if hasattr(feature, "running"):
                portal.call(stack.enter_async_context, feature.running(api, services))
        client = httpx.AsyncClient(transport=transport, base_url="http://reading", timeout=60)
        try:
            yield Reader(Api(portal, client), store, metadata, 1, (folder / "api-token").read_text())
        finally:
            portal.call(client.aclose)
            portal.call(stack.aclose)
            reader.close()
            store.close()
            metadata.close()
