"""How blocks stand in a segment file of the spool: a record each, one after the other.

    b"VDR2", block length u32, rows u32, written f64 (seconds since 1970), request length u16,
    crc32 u32 (of all the rest), then the request's id as text (empty where rows have ids), then the block

all little-endian. b"VDR1" is what an earlier version wrote: block length, rows, crc32 (of both and the block), block.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vedette.server.store.inbound import Block, RequestId

MAGIC = b"VDR2"
HEAD = struct.Struct("<4sIIdHI")
CHECKED = HEAD.size - 4  # the checksum stands last
OLD_MAGIC = b"VDR1"
OLD_HEAD = struct.Struct("<4sIII")


@dataclass(frozen=True, slots=True)
class Record:
    """A block, and when it was written, in seconds since 1970 (0: by an earlier version, which did not say)."""

    block: Block
    written: float


def encode_record(block: Block, written: float = 0.0) -> bytes:
    """One block as it stands in a segment file."""
    request = " ".join(map(str, block.request)).encode() if block.request else b""
    head = HEAD.pack(MAGIC, len(block.data), block.rows, written, len(request), 0)[:CHECKED]
    checksum = zlib.crc32(block.data, zlib.crc32(request, zlib.crc32(head)))
    return b"".join((head, struct.pack("<I", checksum), request, block.data))


def record_size(head: bytes | memoryview) -> int:
    """How long the record is that begins so; 0 where none does. `head` may go on, and may be cut short."""
    if head[:4] == MAGIC and len(head) >= HEAD.size:
        _, length, _, _, request_length, _ = HEAD.unpack_from(head)
        return int(HEAD.size + request_length + length)
    if head[:4] == OLD_MAGIC and len(head) >= OLD_HEAD.size:
        return int(OLD_HEAD.size + OLD_HEAD.unpack_from(head)[1])
    return 0


def decode_records(content: bytes) -> Iterator[Record | None]:
    """A segment's records; None stands for a damaged one. Stops where no record can be read.

    A damaged record costs only itself as long as its length fields are whole.
    """
    rest = memoryview(content)
    while 0 < (size := record_size(rest)) <= len(rest):
        yield _decode(rest[:size])
        rest = rest[size:]


def _decode(record: memoryview) -> Record | None:
    if record[:4] == OLD_MAGIC:
        _, _, rows, checksum = OLD_HEAD.unpack_from(record)
        data = record[OLD_HEAD.size :]
        return Record(Block(bytes(data), rows), 0.0) if checksum == zlib.crc32(data, zlib.crc32(record[4:12])) else None
    _, _, rows, written, request_length, checksum = HEAD.unpack_from(record)
    if checksum != zlib.crc32(record[HEAD.size :], zlib.crc32(record[:CHECKED])):
        return None
    start = HEAD.size + request_length
    return Record(Block(bytes(record[start:]), rows, _request(bytes(record[HEAD.size : start]))), written)


def _request(text: bytes) -> RequestId | None:
    parts: list[Any] = text.decode().split(" ")
    return RequestId(parts[0], int(parts[1]), int(parts[2])) if text else None
