"""A server that cannot store says so in a way that makes SDKs wait."""

from pathlib import Path

import pytest
import sentry_sdk
from sentry_sdk.transport import HttpTransport

from tests.conftest import start_server


def test_a_full_disk_makes_the_sdk_back_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = start_server(tmp_path / "data", env={"VEDETTE_MIN_FREE_DISK_BYTES": str(1 << 60)})
    statuses: list[tuple[int, str | None, str | None]] = []

    class Watching(HttpTransport):
        def _handle_response(self, response, envelope) -> None:  # type: ignore[no-untyped-def]
            headers = response.headers
            statuses.append((response.status, headers.get("x-sentry-rate-limits"), headers.get("retry-after")))
            super()._handle_response(response, envelope)

    try:
        client = sentry_sdk.Client(server.keys["sentry_dsn"], transport=Watching, default_integrations=False)
        for _ in range(3):
            client.capture_event({"message": "refused"})
            client.flush(5)
        client.close()
    finally:
        server.terminate()
    # The first is refused with integers that every SDK parses; the others are not even sent.
    assert statuses == [(503, "5::organization:overloaded", "5")]
