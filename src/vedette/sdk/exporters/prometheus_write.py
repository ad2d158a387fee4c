"""Prometheus remote write 1.0: https://prometheus.io/docs/specs/prw/remote_write_spec/.

The message has four kinds of field and snappy allows blocks of literals, so neither protobuf nor snappy is needed.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vedette.sdk.exporters.prometheus_text import Labels, families, job_and_instance

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricsData

LITERAL_BYTES = 1 << 16  # of one literal of snappy


def encode(collections: Sequence["MetricsData"]) -> bytes:
    """A `WriteRequest` of every sample, as one snappy block."""
    return snappy(b"".join(_field(1, series) for item in collections for series in _series(item)))


def _series(collection: "MetricsData") -> Iterator[bytes]:
    who = job_and_instance(collection.resource_metrics[0].resource) if collection.resource_metrics else ()
    latest = max((s.seconds for family in families(collection) for s in family.samples), default=0.0)
    for family in families(collection):
        for sample in family.samples:
            labels = (("__name__", family.name + sample.suffix), *who, *sample.labels)
            yield _labels(labels) + _field(2, _sample(sample.value, sample.seconds or latest))


def _labels(labels: Labels) -> bytes:
    """Sorted by name, as the specification demands; the first of two of the same name stays."""
    unique = dict(reversed(labels))
    return b"".join(_field(1, _text(1, name) + _text(2, value)) for name, value in sorted(unique.items()) if value)


def _sample(value: float, seconds: float) -> bytes:
    return b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(round(seconds * 1000))


def _text(number: int, value: str) -> bytes:
    return _field(number, value.encode("utf-8", "replace"))


def _field(number: int, payload: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def snappy(data: bytes) -> bytes:
    """A snappy block that is valid and not compressed: https://github.com/google/snappy/blob/main/format_description.txt"""
    block = bytearray(_varint(len(data)))
    for start in range(0, len(data), LITERAL_BYTES):
        literal = data[start : start + LITERAL_BYTES]
        less = len(literal) - 1  # up to 59 in the tag itself, else the tag says how many bytes it takes
        block += bytes((less << 2,)) if less < 60 else b"\xf4" + struct.pack("<H", less)
        block += literal
    return bytes(block)
