"""Files sent along with an event → `error_attachments`, content as sent."""

import hashlib
import struct
from typing import Any

from vedette.server.protocols.sentry.batch import ATTACHMENTS, Batch
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.shapes import BadItem, text

MAX_BYTES = 20 * 1024 * 1024


def add_attachment(item: Item, batch: Batch) -> None:
    """An `attachment` item. It belongs to the event named in the envelope header. Raises BadItem."""
    headers = item.headers
    store_attachment(
        batch,
        batch.event_id,
        item.payload,
        filename=headers.get("filename"),
        content_type=headers.get("content_type"),
        attachment_type=headers.get("attachment_type"),
    )


def store_attachment(
    batch: Batch,
    event_id: str,
    content: bytes,
    *,
    filename: Any,
    content_type: Any,
    attachment_type: Any = None,
) -> None:
    """One file of an event. The same file sent again has the same id. Raises BadItem."""
    if not event_id:
        raise BadItem("missing_event_id", "an attachment needs the event_id of its event in the envelope header")
    name = text(filename, 255) or "unnamed"
    digest = hashlib.blake2b(name.encode("utf-8", "replace") + b"\0" + content, digest_size=16).hexdigest()
    values = (
        event_id,
        digest,
        name,
        text(content_type, 200) or "application/octet-stream",
        text(attachment_type, 64) or "event.attachment",
    )
    # RowBinary, columns in table order: https://clickhouse.com/docs/interfaces/formats/RowBinary
    row = [struct.pack("<Iq", batch.project_id, round(batch.received_at * 1000))]
    row += [_string(value.encode("utf-8", "replace")) for value in values]
    row += [struct.pack("<Q", len(content)), _string(content)]
    batch.add_encoded(ATTACHMENTS, b"".join(row))
    batch.accept("attachment", len(content))


def _string(value: bytes) -> bytes:
    """Length as LEB128, then the bytes."""
    length, prefix = len(value), bytearray()
    while length > 0x7F:
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    prefix.append(length)
    return bytes(prefix) + value
