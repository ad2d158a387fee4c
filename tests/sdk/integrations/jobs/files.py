"""Celery's queue as a folder of files. kombu's own makes a message's file before it has anything in it, and a worker
that takes it then dies of it; here a message is written aside and renamed."""

import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):  # type: ignore[misc]
    def _put(self, queue: str, payload: Any, **_: Any) -> None:
        path = Path(self.data_folder_out) / f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        aside = path.with_suffix(".new")
        aside.write_text(dumps(payload))
        os.replace(aside, path)


class Transport(filesystem.Transport):  # type: ignore[misc]
    Channel = Channel
