"""Whether errors of the Sentry exporter are understood by a server that is not ours: Bugsink, in a venv of its own.

    python -m bench.bugsink

Run by hand, never by the test suite: Bugsink's licence (PolyForm Shield) lets it be tried, not made part of this
project, and it comes from PyPI with some forty packages. Prints the issues it made of the errors sent; exits with 1
when they are not the ones expected.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path

from tests.sdk.exporters.telemetry import SERVICE, error
from vedette.exporters import Links, Sentry
from vedette.sdk.delivery import Delivery

VERSION = "2.6.1"
ERRORS = 30
CREATE = """
from projects.models import Project
print("DSN", Project.objects.create(name="exporter").dsn)
"""
READ = """
import json
from issues.models import Issue
from events.models import Event
issues = [(i.calculated_type, i.calculated_value, i.digested_event_count) for i in Issue.objects.all()]
event = json.loads(Event.objects.order_by("digested_at").last().data)
print("FOUND", json.dumps({"issues": issues, "event": event}))
"""


def installed() -> Path:
    """The folder of Bugsink's commands, installed once into `.cache/`."""
    folder = Path(".cache").absolute() / f"bugsink-{VERSION}"
    if not (folder / "installed").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", f"bugsink=={VERSION}"], check=True)
        (folder / "installed").touch()
    return folder / "bin"


def shell(commands: Path, folder: Path, code: str, word: str) -> str:
    """Run code in Bugsink's shell; what it printed after a word."""
    run = subprocess.run(
        [commands / "bugsink-manage", "shell", "-v0", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    found = [line for line in run.stdout.splitlines() if line.startswith(f"{word} ")]
    if not found:
        raise RuntimeError(run.stdout + run.stderr)
    return found[0].removeprefix(f"{word} ")


def main() -> int:
    """Start, send, read, compare."""
    commands = installed()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        configure = [commands / "bugsink-create-conf", "--template=local", f"--port={port}"]
        subprocess.run(configure, cwd=folder, check=True, capture_output=True)
        for database in ("default", "snappea"):
            migrate = [commands / "bugsink-manage", "migrate", "-v0", f"--database={database}"]
            subprocess.run(migrate, cwd=folder, check=True, capture_output=True)
        dsn = shell(commands, folder, CREATE, "DSN").replace("localhost", "127.0.0.1")
        serve = [commands / "gunicorn", "--bind", f"127.0.0.1:{port}", "-w1", "--threads=2", "bugsink.wsgi"]
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bugsink_conf", "PYTHONPATH": str(folder)}
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(serve, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            await_answer(f"http://127.0.0.1:{port}/")
            took = send(dsn, folder)
        finally:
            server.terminate()
            server.wait(20)
        found = json.loads(shell(commands, folder, READ, "FOUND"))
    event = found["event"]
    print(f"{ERRORS} errors taken in {took:.2f} s")
    print(f"issues (type, value, events): {found['issues']}")
    print(f"contexts of the last: {event['contexts']}")
    print(f"user {event['user']}, tags {event['tags']}")
    expected = [["ValueError", "no card", ERRORS]]
    complete = event["contexts"]["links"] == {"trace": f"http://vedette/{event['contexts']['trace']['trace_id']}"}
    return 0 if found["issues"] == expected and complete else 1


def await_answer(url: str) -> None:
    """Until something answers there, whatever it says."""
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing answers at {url}")


def send(dsn: str, folder: Path) -> float:
    """Send through a delivery with a spool, as an application does. Seconds until all were answered."""
    exporter = Sentry(dsn=dsn, links=Links(trace="http://vedette/{id}"))
    lanes = exporter.lanes(SERVICE)
    delivery = Delivery(lanes, spool_directory=folder / "spool", spool_max_bytes=1 << 24, queue_max_items=100)
    started = time.monotonic()
    for _ in range(ERRORS):
        delivery.put(lanes[0].signal, error())
    if not delivery.flush(60):
        raise RuntimeError(str(delivery.health()))
    took = time.monotonic() - started
    delivery.close(1)
    return took


if __name__ == "__main__":
    sys.exit(main())
