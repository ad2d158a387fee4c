"""docs/jobs.md says what works: each of its snippets is written to `shop.py` and run as the page says."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sdk.integrations.jobs.conftest import BIN, ROOT, Shop

PAGE = ROOT / "docs" / "jobs.md"


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def block(title: str, language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", section(title), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def written(shop: Shop, title: str, folder: Path) -> dict[str, str]:
    """Write the section's program; the environment to run it in."""
    (folder / "shop.py").write_text(block(title, "python"))
    (folder / "data_out").mkdir()
    (folder / "data_in").symlink_to("data_out")  # of Celery's filesystem broker
    return {
        **shop.env, "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": f"{folder}:{ROOT / 'src'}",
        "REDIS_URL": shop.env["TEST_REDIS"], "BROKER_URL": "filesystem://",
    }  # fmt: skip


@pytest.mark.parametrize("title", ["Celery", "arq", "rq", "dramatiq"])
def test_a_queue(shop: Shop, tmp_path: Path, title: str) -> None:
    env = written(shop, title, tmp_path)
    worker, sender = block(title, "sh").splitlines()
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            worker.split(), cwd=tmp_path, env=env, stdout=log, stderr=log, start_new_session=True
        )
    try:
        subprocess.run(sender, shell=True, cwd=tmp_path, env=env, check=True, timeout=60)
        try:
            shop.project.wait_for("SELECT event FROM events WHERE event = 'order_shipped'", seconds=30)
        except AssertionError as error:
            error.add_note((tmp_path / "worker.log").read_text())
            raise
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    [event] = shop.project.sql("SELECT trace_id, service FROM events WHERE event = 'order_shipped'")
    [span] = shop.project.sql("SELECT trace_id, service, attributes FROM spans WHERE kind = 'consumer'")
    assert event == {"trace_id": span["trace_id"], "service": "shop-jobs"}
    assert span["attributes"]["messaging.system"] == title.lower()


@pytest.mark.parametrize("title", ["Processes of your own", "Any other queue"])
def test_a_program(shop: Shop, tmp_path: Path, title: str) -> None:
    env = written(shop, title, tmp_path)
    told = subprocess.check_output([sys.executable, "shop.py"], cwd=tmp_path, env=env, timeout=60, text=True)
    spans = {row["name"]: row for row in shop.project.sql("SELECT name, trace_id, span_id, parent_span_id FROM spans")}
    if title == "Any other queue":
        [event] = shop.project.sql("SELECT trace_id, span_id FROM events")
        assert event == {"trace_id": spans["ship"]["trace_id"], "span_id": spans["ship"]["span_id"]}
        return
    assert spans["work"]["parent_span_id"] == spans["request"]["span_id"]
    assert [line.split("-")[1] for line in told.split()] == [spans["request"]["trace_id"]] * 2
