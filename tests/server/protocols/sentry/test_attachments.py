"""Content of attachments: what goes into the table comes out of it, byte for byte."""

import time
from pathlib import Path

from vedette.server.protocols.sentry.attachments import store_attachment
from vedette.server.protocols.sentry.batch import ATTACHMENTS, Batch
from vedette.server.protocols.sentry.times import Clock, FirstTimes
from vedette.server.store.client import Dsn, Store
from vedette.server.store.migrate import migrate


def test_content_is_kept_byte_for_byte(tmp_path: Path) -> None:
    contents = [b"", bytes(range(256)), b"\n" * 300, b"x" * 70_000]
    batch = Batch(1, time.time(), Clock(time.time()), FirstTimes())
    for content in contents:
        store_attachment(batch, "e" * 32, content, filename="ä.bin", content_type=None)
    store = Store(Dsn.parse(f"chdb://{tmp_path}"))
    try:
        migrate(store, ["vedette.server.signals.errors"])
        store.insert(ATTACHMENTS.table, b"".join(batch.rows[ATTACHMENTS]), fmt=ATTACHMENTS.fmt)
        rows = store.query("SELECT hex(content), size, filename FROM error_attachments ORDER BY size").rows
    finally:
        store.close()
    assert rows == [[content.hex().upper(), len(content), "ä.bin"] for content in sorted(contents, key=len)]
