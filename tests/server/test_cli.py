"""The command: start, stop, plain errors."""

import json
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import RunningServer, start_server
from vedette.server.config import Settings, settings_page
from vedette.server.process import own_data_directory

ROOT = Path(__file__).parent.parent.parent


def vedette(*arguments: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vedette.server", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **env},
    )


def refused(answer: subprocess.CompletedProcess[str]) -> str:
    """The one plain line of a start that failed."""
    assert answer.returncode == 2, answer
    assert "Traceback" not in answer.stderr
    (line,) = answer.stderr.strip().splitlines()
    assert line.startswith("vedette: ")
    return line


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that is left running."""
    server = start_server(tmp_path_factory.mktemp("cli") / "data")
    yield server
    server.kill()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningServer]:
    server = start_server(tmp_path / "new" / "data")
    yield server
    if server.process.poll() is None:
        server.kill()


def test_settings_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    assert page == settings_page(), "run `vedette settings > docs/settings.md`"
    assert all(f"VEDETTE_{name.upper()}`" in page for name in Settings.model_fields)


def test_every_setting_has_words_and_reads_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    values = {name: setting.default for name, setting in Settings.model_fields.items()}
    assert all(setting.description for setting in Settings.model_fields.values())
    (tmp_path / "vedette.toml").write_text(
        "\n".join(f"{name} = {json.dumps(value, default=str)}" for name, value in values.items())
    )
    assert Settings() == Settings(**values)
    monkeypatch.setenv("VEDETTE_PORT", "9000")
    assert Settings().port == 9000, "a variable wins over the file"
    assert Settings(port=9001).port == 9001, "an option wins over both"


def test_cookies_are_for_https_where_the_public_address_is() -> None:
    assert not Settings().cookies_over_https_only
    assert Settings(public_url="https://vedette.example").cookies_over_https_only
    assert Settings(secure_cookies=True).cookies_over_https_only


def test_a_started_server_keeps_its_directory_to_itself(serving: RunningServer) -> None:
    assert stat.S_IMODE((serving.data / "api-token").stat().st_mode) == 0o600
    assert stat.S_IMODE((serving.data / "metadata.sqlite3").stat().st_mode) == 0o600
    line = refused(vedette("serve", "--data", str(serving.data), "--port", "0", "--grpc-port", "0"))
    assert f"is in use by another server (process {serving.process.pid})" in line
    line = refused(vedette("serve", "--data", f"{serving.data}-2", "--port", serving.url.rpartition(":")[2]))
    assert "Address already in use" in line and "--port" in line


def test_a_new_data_directory_is_private(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"
    assert vedette("serve", "--data", str(data), "--store", "chdb-typo://x").returncode == 2
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("arguments", "env", "says"),
    [
        (["--port", "99999"], {}, "--port='99999'"),
        (["--port", "http"], {}, "--port='http'"),
        ([], {"VEDETTE_PORT": "x"}, "VEDETTE_PORT='x'"),
        ([], {"VEDETTE_LOG_LEVEL": "loud"}, "VEDETTE_LOG_LEVEL='loud'"),
        (["--host", "192.0.2.1"], {}, "cannot listen on 192.0.2.1"),
        (["--store", "mysql://x"], {}, "store DSN must start with"),
        (["--store", "clickhouse://127.0.0.1:1/x"], {}, "ClickHouse at 127.0.0.1:1 does not answer"),
        (["--metadata", "mysql://x"], {}, "metadata must be sqlite"),
        (["--metadata", "nonsense"], {}, "does not read"),
        (["--metadata", "postgresql://127.0.0.1:1/x"], {}, "cannot open the metadata database"),
        (["--data", "/dev/null/x"], {}, "cannot write to the data directory"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, arguments: list[str], env: dict[str, str], says: str
) -> None:
    given = ["--data", str(tmp_path / "data"), "--port", "0", "--grpc-port", "0", *arguments]
    if "VEDETTE_PORT" in env:
        given = ["--data", str(tmp_path / "data")]
    assert says in refused(vedette("serve", *given, cwd=tmp_path, **env))


def test_a_misspelt_line_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "vedette.toml").write_text("prot = 9000")
    assert "did you mean 'port'" in refused(vedette("keys", cwd=tmp_path))
    (tmp_path / "vedette.toml").write_text("port = ")
    assert "vedette.toml does not read" in refused(vedette("keys", cwd=tmp_path))


def test_keys_for_people_and_scripts(serving: RunningServer) -> None:
    shown = vedette("keys", "--data", str(serving.data)).stdout
    assert serving.keys["sentry_dsn"] in shown
    assert set(serving.keys) >= {
        "project_id",
        "sentry_dsn",
        "posthog_host",
        "posthog_key",
        "otlp_endpoint",
        "otlp_headers",
        "ingest_key",
        "api_token",
        "url",
    }


def test_a_new_setup_link_replaces_the_one_printed_at_start(serving: RunningServer) -> None:
    def valid(link: str) -> bool:
        token = link.strip().partition("token=")[2]
        return bool(httpx.get(f"{serving.url}/api/v1/auth/setup", params={"token": token}).json()["valid"])

    first = next(line for line in serving.log.read_text().splitlines() if "token=" in line)
    second = vedette("setup", "--data", str(serving.data)).stdout
    assert not valid(first)
    assert valid(second)


def test_sigterm_stores_what_is_waiting_and_ends_in_time(running: RunningServer) -> None:
    url, key = httpx.URL(running.url), running.keys["ingest_key"]
    idle = socket.create_connection((url.host, url.port))  # says nothing at all
    slow = socket.create_connection((url.host, url.port))  # never finishes its body
    slow.sendall(
        f"POST /logs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 9\r\n\r\n[".encode()
    )
    with httpx.Client(base_url=running.url) as client:  # keeps its connection open
        for number in range(20):
            answer = client.post("/logs", json={"message": str(number)}, headers={"authorization": f"Bearer {key}"})
            assert answer.status_code == 202
        assert running.terminate(timeout=60) == 0
    idle.close()
    slow.close()
    again = start_server(running.data)
    try:
        query = {"sql": "SELECT count() AS n, (SELECT sum(quantity) FROM outcomes) AS q FROM logs"}
        headers = {"authorization": f"Bearer {again.keys['api_token']}"}
        answer = httpx.post(f"{again.url}/api/v1/projects/1/sql", json=query, headers=headers, timeout=30)
        assert answer.json()["rows"] == [[20, 20]], "outcomes too, which are written once a second"
    finally:
        again.kill()
    assert vedette("keys", "--data", str(running.data), "--json").returncode == 0
    with own_data_directory(running.data):
        pass  # a killed server leaves no lock behind


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads resident memory from /proc")
def test_an_idle_server_is_small(running: RunningServer) -> None:
    """What is its own, 140–150 MB. How much of the engine's code is mapped beside that is the kernel's doing."""

    def own_kib() -> int:
        status = Path(f"/proc/{running.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("RssAnon")).split()[1])

    until = time.monotonic() + 60  # it may still be starting when it has answered already
    while own_kib() >= 256 * 1024 and time.monotonic() < until:
        time.sleep(0.1)
    assert own_kib() < 256 * 1024
