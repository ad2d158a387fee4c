"""A TypeScript program for Node, bundled and minified, that dies of an error before and after its maps came."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.sentry_cli.conftest import SentryCli, esbuild
from tests.conformance.sentry_cli.test_source_maps import error_of, own_frames
from tests.conftest import ProjectClient

pytestmark = pytest.mark.node

READABLE = [
    ("applyDiscount", "src/cart.ts", 14),
    ("Cart.checkout", "src/cart.ts", 8),
    ("onOrder", "src/server.ts", 9),
]
KINDS = {"beside it": "--sourcemap", "inlined": "--sourcemap=inline"}


def built(node_project: Path, folder: Path, source_map: str) -> Path:
    options = ("--bundle", "--minify", "--platform=node", "--packages=external", source_map, "--outdir=dist")
    esbuild(node_project, folder, "src/server.ts", *options, "--out-extension:.js=.cjs")
    return folder / "dist"


def run(dist: Path, dsn: str, release: str) -> None:
    """Run the program to its end, which is an error."""
    done = subprocess.run(
        ["node", str(dist / "server.cjs")],
        env={"PATH": "/usr/bin:/bin", "SENTRY_DSN": dsn, "SENTRY_RELEASE": release},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "TypeError" in done.stderr, done.stdout + done.stderr


def crash(answer: Any) -> dict[str, Any]:
    frames: list[dict[str, Any]] = answer["exceptions"][-1]["stacktrace"]["frames"]
    return frames[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_that_came_before_its_map(
    sentry_cli: SentryCli, node_project: Path, tmp_path: Path, project: ProjectClient, kind: str
) -> None:
    dist = built(node_project, tmp_path, KINDS[kind])
    sentry_cli("sourcemaps", "inject", "dist", cwd=tmp_path)
    run(dist, project.connect["sentry_dsn"], "billing@1.0.0")
    event_id = error_of(project)

    before = project.get(f"errors/{event_id}/stacktrace")
    assert ([reason["code"] for reason in before["reasons"]], before["resolved"]) == (["no_bundle"], 0)
    assert crash(before)["problem"] == "no_bundle"

    sentry_cli("sourcemaps", "upload", "dist", "--release", "billing@1.0.0", cwd=tmp_path)
    after = project.get(f"errors/{event_id}/stacktrace")
    assert own_frames(after) == READABLE
    assert (crash(after)["context_line"], crash(after)["pre_context"][-1]) == (
        "  const { rate } = user.loyalty!",
        "  // regulars pay less",
    )
    assert (after["reasons"], crash(after)["in_app"]) == ([], True), "Node's own frames are nobody's to explain"


def test_errors_of_two_builds_are_one_issue(
    sentry_cli: SentryCli, node_project: Path, tmp_path: Path, project: ProjectClient
) -> None:
    """Uploaded first, as a pipeline does; the second build has other minified code before the same source."""
    for release in ("billing@1.0.0", "billing@2.0.0"):
        source = tmp_path / "src/server.ts"
        dist = built(node_project, tmp_path, "--sourcemap")
        sentry_cli("sourcemaps", "inject", "dist", cwd=tmp_path)
        sentry_cli("sourcemaps", "upload", "dist", "--release", release, cwd=tmp_path)
        run(dist, project.connect["sentry_dsn"], release)
        code = source.read_text()
        source.write_text(code.replace("Sentry.init(", "console.log(process.version, process.pid)\n\nSentry.init("))
    rows = project.wait_for("SELECT release, fingerprint, culprit FROM errors ORDER BY release", rows=2)
    assert {row["culprit"] for row in rows} == {"src/cart.ts in applyDiscount"}
    assert len({row["fingerprint"] for row in rows}) == 1
    [issue] = project.get("issues")["items"]
    assert (issue["count"], issue["culprit"]) == (2, "src/cart.ts in applyDiscount")
