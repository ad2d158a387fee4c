"""What the example declares: its lock file is what its classes say, and the demo tells the server."""

import subprocess
import sys
from pathlib import Path

SAAS = Path(__file__).parents[2] / "examples" / "saas"


def test_the_lock_file_is_up_to_date() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "vedette",
            "schema",
            "check",
            "saas.events",
            "--lock",
            SAAS / "vedette-events.lock.json",
        ],
        cwd=SAAS.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
