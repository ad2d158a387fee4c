"""Who may take whose home in the spool."""

import os
from pathlib import Path

from vedette.sdk.delivery.spool import Spool


def test_a_home_that_is_being_made_is_not_taken(tmp_path: Path) -> None:
    """Another process has made the directory and its lock, and is about to lock it."""
    making = tmp_path / ".01763912345678901234-4711-9f3c"
    making.mkdir()
    (making / "lock").touch()
    spool = Spool(tmp_path, {"events": ["a"]}, max_bytes=1 << 20, segment_bytes=1 << 16, lost=lambda *lost: None)
    spool.adopt()
    assert (making / "lock").exists()
    os.utime(making, (0, 0))  # its maker died long ago
    spool.adopt()
    assert not making.exists()
