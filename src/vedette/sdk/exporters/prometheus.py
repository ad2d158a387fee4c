"""Prometheus: a page it scrapes, within the application or on a port of its own, or remote write where it cannot.

With several worker processes, each has numbers of its own and a scrape reaches any of them: give each its port, or
let them write.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vedette.sdk.delivery.lane import Delivered, HttpLane, Lane, Signal, Temporality, Verdict
from vedette.sdk.exporters.configuration import InvalidSetting, base_url
from vedette.sdk.exporters.prometheus_text import OPENMETRICS, TEXT, Family, families, render

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.sdk.resources import Resource


class Page:
    """The metrics of this process, as of their last collection."""

    def __init__(self) -> None:
        self._families: list[Family] = []

    def show(self, collection: "MetricsData") -> None:
        """Replace what is shown."""
        self._families = families(collection)

    def answer(self, accept: str) -> tuple[str, bytes]:
        """(content type, body): OpenMetrics, which has exemplars, where the client takes it."""
        openmetrics = "application/openmetrics-text" in accept
        return (OPENMETRICS if openmetrics else TEXT), render(self._families, openmetrics=openmetrics)


page = Page()  # one a process: wherever the application mounts it, it shows the same


async def asgi(
    scope: Mapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """The page as an ASGI application: `app.mount("/metrics", vedette.exporters.prometheus_asgi)`."""
    if scope["type"] != "http":
        return
    headers = {name.lower(): value for name, value in scope["headers"]}
    content_type, body = page.answer(headers.get(b"accept", b"").decode("latin-1"))
    fields = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


def wsgi(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The page as a WSGI application."""
    content_type, body = page.answer(environ.get("HTTP_ACCEPT", ""))
    start_response("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]


@dataclass(frozen=True, kw_only=True)
class Prometheus:
    """Shows metrics to Prometheus. With neither a port nor a URL, mount `prometheus_asgi` or `prometheus_wsgi`."""

    port: int | None = None
    address: str = "0.0.0.0"  # Prometheus is on another host
    remote_write_url: str = field(default="", repr=False)
    bearer_token: str = field(default="", repr=False)
    name: str = "prometheus"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Prometheus":
        """`VEDETTE_PROMETHEUS_PORT`; `VEDETTE_PROMETHEUS_REMOTE_WRITE_URL` and `…_BEARER_TOKEN`."""
        port = env.get("VEDETTE_PROMETHEUS_PORT", "").strip()
        url = env.get("VEDETTE_PROMETHEUS_REMOTE_WRITE_URL", "").strip()
        if port and not (port.isdigit() and int(port) < 65536):
            raise InvalidSetting("VEDETTE_PROMETHEUS_PORT", f"is {port!r}: a port is needed")
        return cls(
            port=int(port) if port else None,
            remote_write_url=base_url(url, "VEDETTE_PROMETHEUS_REMOTE_WRITE_URL") if url else "",
            bearer_token=env.get("VEDETTE_PROMETHEUS_BEARER_TOKEN", "").strip(),
        )

    def lanes(self, service: "Resource") -> list[Lane]:
        """One lane, for metrics; two where they are written as well."""
        lanes: list[Lane] = [PageLane(self.name, self.address, self.port)]
        if self.remote_write_url:
            lanes.append(self._remote_write())
        return lanes

    def _remote_write(self) -> Lane:
        def encode(items: Sequence[Any]) -> bytes:
            from vedette.sdk.exporters.prometheus_write import encode  # noqa: PLC0415

            return encode(items)

        return HttpLane(
            target=f"{self.name}-write",
            signal=Signal.METRICS,
            url=self.remote_write_url,
            encode=encode,
            content_type="application/x-protobuf",
            headers={
                "content-encoding": "snappy",
                "x-prometheus-remote-write-version": "0.1.0",
                **({"authorization": f"Bearer {self.bearer_token}"} if self.bearer_token else {}),
            },
            compress=False,
        )


class PageLane:
    """Keeps the newest collection for whoever scrapes."""

    signal = Signal.METRICS
    max_items = 64
    temporality: Temporality = "cumulative"

    def __init__(self, target: str, address: str, port: int | None) -> None:
        self.target = target
        self._address = (address, port) if port is not None else None
        self._serving = False

    def deliver(self, items: Sequence[Any], timeout_seconds: float) -> Verdict:
        """Show the last of the collections. The port opens with the first: in the process that works, not in the one
        that forks. Raises OSError while it is taken."""
        page.show(items[-1])
        if self._address and not self._serving:
            from vedette.sdk.exporters.prometheus_port import serve  # noqa: PLC0415

            serve(self._address, page.answer)
            self._serving = True
        return Delivered()
