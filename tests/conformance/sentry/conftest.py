"""The official JavaScript SDKs, installed once from the lockfile into `.cache/`."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "node"
CACHE = Path(__file__).parents[3] / ".cache"


@pytest.fixture(scope="session")
def node_project() -> Path:
    """A folder with our scripts and their node_modules. Skips when Node.js is missing."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node.js and npm are not installed")
    version = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = CACHE / f"sentry-node-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one installation, however many workers
        for file in SOURCE.iterdir():
            if file.is_file():
                shutil.copy(file, folder / file.name)
        if not (folder / "installed").exists():
            subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=folder, check=True, capture_output=True, timeout=300)
            (folder / "installed").touch()
    return folder
