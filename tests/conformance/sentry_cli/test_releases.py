"""`sentry-cli releases` and `deploys`, as a deployment script runs them in a real repository."""

import subprocess
from pathlib import Path

import pytest

from tests.conformance.sentry_cli.conftest import SentryCli
from tests.conftest import ProjectClient

pytestmark = pytest.mark.node

AUTHOR = {
    "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.org", "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org", "GIT_CONFIG_GLOBAL": "/dev/null", "PATH": "/usr/bin:/bin",
}  # fmt: skip


def git(folder: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", *arguments], cwd=folder, env=AUTHOR, text=True).strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits: one of each file."""
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "remote", "add", "origin", "https://git.example/acme/shop.git")
    for name in ("shop/views.py", "shop/cart.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "-m", f"Write {name}")
    return tmp_path


def test_a_deployment(sentry_cli: SentryCli, repository: Path, project: ProjectClient) -> None:
    assert "Method: Auth Token" in sentry_cli("info", cwd=repository)
    sentry_cli("releases", "new", "shop@1.0.0", cwd=repository)
    sentry_cli("releases", "set-commits", "shop@1.0.0", "--auto", cwd=repository)
    sentry_cli("releases", "finalize", "shop@1.0.0", cwd=repository)
    sentry_cli(
        "deploys", "new", "--release", "shop@1.0.0", "-e", "production", "-n", "first", "-t", "30", cwd=repository
    )
    assert "production" in sentry_cli("deploys", "list", "--release", "shop@1.0.0", cwd=repository)
    assert "shop@1.0.0" in sentry_cli("releases", "list", cwd=repository)
    assert "shop@1.0.0" in sentry_cli("releases", "info", "shop@1.0.0", cwd=repository)

    found = project.get("releases/shop@1.0.0", since="-1h")
    assert found["released_at"] is not None
    assert [(one["message"].strip(), one["author_email"], one["files"]) for one in found["commits"]] == [
        ("Write shop/cart.py", "ann@example.org", ["shop/cart.py"]),
        ("Write shop/views.py", "ann@example.org", ["shop/views.py"]),
    ]
    assert found["commits"][0]["sha"] == git(repository, "rev-parse", "HEAD")
    [deploy] = found["deploys"]
    assert (deploy["environment"], deploy["name"]) == ("production", "first")

    # The next release has only what came since.
    (repository / "shop/cart.py").write_text("1")
    git(repository, "commit", "--quiet", "-am", "Fix the cart")
    sentry_cli("releases", "new", "shop@1.0.1", cwd=repository)
    sentry_cli("releases", "set-commits", "shop@1.0.1", "--auto", cwd=repository)
    commits = project.get("releases/shop@1.0.1", since="-1h")["commits"]
    assert [one["message"].strip() for one in commits] == ["Fix the cart"]

    sentry_cli("releases", "delete", "shop@1.0.1", cwd=repository)
    assert [one["version"] for one in project.get("releases", since="-1h")["items"]] == ["shop@1.0.0"]


def test_by_the_projects_name_and_one_commit(sentry_cli: SentryCli, repository: Path, project: ProjectClient) -> None:
    name = project.http.get(f"/api/v1/projects/{project.id}").json()["name"]
    slug = name.lower().replace("_", "-")
    head = git(repository, "rev-parse", "HEAD")
    sentry_cli("releases", "new", "shop@2", "-p", slug, cwd=repository)
    sentry_cli("releases", "set-commits", "shop@2", "--commit", f"acme/shop@{head}", "-p", slug, cwd=repository)
    # Of a repository that the server does not know, sentry-cli reads the commits from the working copy.
    assert project.get("releases/shop@2", since="-1h")["commits"][0]["sha"] == head
    refused = sentry_cli.run("releases", "new", "shop@2", "-p", "no-such-project", cwd=repository)
    assert refused.returncode != 0
    assert "no project no-such-project" in refused.stdout + refused.stderr
