"""A remote-write sender of either version, built on the descriptors."""

import base64
from typing import Any

import cramjam
import httpx

from tests.conftest import ProjectClient
from vedette.server.protocols.prometheus.messages import Message, Request, WriteRequest

PATH = "/prometheus/api/v1/write"
V2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request"
STALE = base64.b64decode("AgAAAAAA8H8=")  # the bytes of 0x7ff0000000000002


class Symbols:
    """2.0's table of texts."""

    def __init__(self) -> None:
        self.texts = [""]

    def ref(self, text: str) -> int:
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text)

    def refs(self, labels: dict[str, str]) -> list[int]:
        return [self.ref(text) for pair in labels.items() for text in pair]


def labels_v1(into: Any, labels: dict[str, str]) -> None:
    for name, value in labels.items():
        into.add(name=name, value=value)


def v1(*series: tuple[dict[str, str], list[tuple[float, int]]]) -> Message:
    request = WriteRequest()
    for labels, samples in series:
        entry = request.timeseries.add()
        labels_v1(entry.labels, labels)
        for value, timestamp in samples:
            entry.samples.add(value=value, timestamp=timestamp)
    return request


def v2(*series: tuple[dict[str, str], list[tuple[float, int]]], **metadata: Any) -> Message:
    request, symbols = Request(), Symbols()
    for labels, samples in series:
        entry = request.timeseries.add(labels_refs=symbols.refs(labels))
        entry.metadata.type = metadata.get("type", 0)
        entry.metadata.unit_ref = symbols.ref(metadata.get("unit", ""))
        entry.metadata.help_ref = symbols.ref(metadata.get("help", ""))
        for value, timestamp in samples:
            entry.samples.add(value=value, timestamp=timestamp, start_timestamp=metadata.get("start", 0))
    request.symbols.extend(symbols.texts)
    return request


def post(project: ProjectClient, message: Message | bytes, *, path: str = PATH, **headers: str) -> httpx.Response:
    wire = message if isinstance(message, bytes) else message.SerializeToString()
    if isinstance(message, Request):
        headers = {"content_type": V2, **headers}
    return project.post(
        path,
        bytes(cramjam.snappy.compress_raw(wire)),
        **{
            "authorization": f"Bearer {project.key}",
            "content_type": "application/x-protobuf",
            "content_encoding": "snappy",
            "x_prometheus_remote_write_version": "0.1.0",
            **headers,
        },
    )


def written(answer: httpx.Response) -> tuple[int, int, int]:
    """Samples, histograms, exemplars that the answer says were stored."""
    kinds = ("Samples", "Histograms", "Exemplars")
    samples, histograms, exemplars = (
        int(answer.headers[f"X-Prometheus-Remote-Write-{kind}-Written"]) for kind in kinds
    )
    return samples, histograms, exemplars
