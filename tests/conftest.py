"""Fixtures of the whole suite: a real server in a process of its own, and a fresh project for each test."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.cluster.plugin"]

# No deadlines: how long an example takes is the machine's business. The same examples in every run, so that a failure
# is of the change it is met with; `VEDETTE_TEST_EXPLORE=1` looks for new ones.
settings.register_profile(
    "vedette",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not os.environ.get("VEDETTE_TEST_EXPLORE"),
)
settings.load_profile("vedette")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--store cluster` runs the server of every test on a real two-shard ClickHouse cluster."""
    parser.addoption("--store", choices=("embedded", "cluster"), default="embedded")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has the screens: they share a browser and its login, and nothing else runs while it is open."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent / "browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where everything is installed (CI sets VEDETTE_TEST_NO_SKIP), a skipped test is a hole: let it fail."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("VEDETTE_TEST_NO_SKIP") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although VEDETTE_TEST_NO_SKIP is set: {report.longrepr}"


@dataclass
class RunningServer:
    """A `vedette serve` process. `keys` is what `vedette keys --json` prints."""

    process: subprocess.Popen[bytes]
    data: Path
    keys: dict[str, Any]
    log: Path

    @property
    def url(self) -> str:
        return str(self.keys["url"])

    def terminate(self, *, timeout: float = 30) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def start_server(data: Path, *arguments: str, env: dict[str, str] | None = None) -> RunningServer:
    """Start a server on free ports and wait until it is ready."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "address.json").unlink(missing_ok=True)
    log = data / "server.log"
    command = [sys.executable, "-m", "vedette.server", "serve", "--data", str(data)]
    if "--port" not in arguments:
        command += ["--port", "0", "--grpc-port", "0"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, *arguments], stdout=output, stderr=output, env={**os.environ, **(env or {})}
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped with {process.returncode}:\n{log.read_text()[-4000:]}")
        if (data / "address.json").exists():
            url = json.loads((data / "address.json").read_text())["url"]
            try:
                httpx.get(f"{url}/api/v1/health", timeout=5)
                break
            except httpx.TransportError:
                pass
        time.sleep(0.05)
    else:
        process.kill()
        raise RuntimeError(f"the server did not become ready:\n{log.read_text()[-4000:]}")
    keys = json.loads(
        subprocess.check_output([sys.executable, "-m", "vedette.server", "keys", "--data", str(data), "--json"])
    )
    return RunningServer(process, data, keys, log)


@pytest.fixture(scope="session")
def store_arguments(request: pytest.FixtureRequest) -> list[str]:
    """The server's arguments for the store that `--store` chose."""
    if request.config.getoption("--store") == "embedded":
        return []
    return ["--store", request.getfixturevalue("cluster").dsn()]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, store_arguments: list[str]) -> Iterator[RunningServer]:
    """One server for the session (each xdist worker has its own)."""
    running = start_server(tmp_path_factory.mktemp("vedette"), *store_arguments)
    yield running
    if running.process.poll() is None:
        running.terminate()


@dataclass
class ProjectClient:
    """A project on the running server: its keys, and the read API with its token."""

    server: RunningServer
    connect: dict[str, Any]
    http: httpx.Client

    @property
    def id(self) -> int:
        return int(self.connect["project_id"])

    @property
    def key(self) -> str:
        return str(self.connect["ingest_key"])

    def post(self, path: str, content: bytes, **headers: str) -> httpx.Response:
        """Send raw bytes to an ingest path; header names with underscores stand for dashes."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.post(f"{self.server.url}{path}", content=content, headers=names, timeout=30)

    def get(self, path: str, **params: Any) -> Any:
        """A GET under this project, decoded."""
        answer = self.http.get(f"/api/v1/projects/{self.id}/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sql(self, query: str) -> list[dict[str, Any]]:
        """Rows of a `/sql` query as dictionaries."""
        answer = self.http.post(f"/api/v1/projects/{self.id}/sql", json={"sql": query})
        assert answer.status_code == 200, answer.text
        result = answer.json()
        return [dict(zip(result["columns"], row, strict=True)) for row in result["rows"]]

    def wait_for(self, query: str, *, rows: int = 1, seconds: float = 60) -> list[dict[str, Any]]:
        """Repeat a query until it returns at least `rows` rows: clients send from background threads."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.sql(query)
            if len(found) >= rows:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"{query!r} gave {len(found)} rows after {seconds} s, expected {rows}: {found}")
            time.sleep(0.1)


def new_project(server: RunningServer, name: str) -> ProjectClient:
    """Create a project by the API."""
    http = httpx.Client(
        base_url=server.url, headers={"authorization": f"Bearer {server.keys['api_token']}"}, timeout=60
    )
    created = http.post("/api/v1/projects", json={"name": name[:255]})
    assert created.status_code == 201, created.text
    connect = http.get(f"/api/v1/projects/{created.json()['id']}/connect").json()
    return ProjectClient(server, connect, http)


@pytest.fixture
def project(server: RunningServer, request: pytest.FixtureRequest) -> Iterator[ProjectClient]:
    """A fresh project: tests see no rows but their own."""
    client = new_project(server, request.node.name)
    yield client
    client.http.close()
