"""The public functions that are about the SDK itself: `init`, `flush`, `health`, `error`."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Unpack

from vedette.sdk import client as clients
from vedette.sdk import guard
from vedette.sdk.guard import guarded
from vedette.sdk.settings import Options, Settings

if TYPE_CHECKING:
    from vedette.sdk.delivery.health import TargetHealth
    from vedette.sdk.errors import Level


@guarded(None)
def init(dsn: str | None = None, **options: Unpack[Options]) -> None:
    """Start sending logs, metrics, traces, product events and errors. Call it once, early.

    What is not given comes from `VEDETTE_*`, else OpenTelemetry's variables, else the defaults of `Settings`. Called
    again with the same settings it does nothing; with others, it starts anew with those. It never raises: what is
    wrong with a setting or a target is logged, once, and the rest works.
    """
    settings = Settings.load(dsn=dsn, **options)
    with clients.starting:
        before = clients.get_client()
        if not settings.enabled:
            if before is not None:
                before.close(before.settings.shutdown_deadline_seconds)
            return
        client = clients.start(settings)
        if client is not before:
            _equip(client)
            targets = sorted({f"{lane.target} ({lane.signal})" for lane in client.delivery.lanes})
            guard.logger.debug("vedette: %s sends to %s", settings.service, ", ".join(targets) or "nobody")


def _equip(client: "clients.Client") -> None:
    """What reaches into the rest of the process. A client of a test does without."""
    from vedette.sdk import errors, hooks, integrations, threads  # noqa: PLC0415 — not loaded where nothing starts
    from vedette.sdk.delivery import shutdown  # noqa: PLC0415
    from vedette.sdk.logs.structured import load_structlog  # noqa: PLC0415

    settings = client.settings
    client.on_close.append(hooks.install())
    if settings.propagate_threads:
        client.on_close.append(threads.propagate())
    load_structlog()
    integrations.install(settings.integrations)
    errors.warm()
    shutdown.watch(client, settings.shutdown_deadline_seconds)
    client.on_close.append(lambda: shutdown.unwatch(client))


@guarded(False)
def flush(deadline: float | None = None) -> bool:
    """Send what waits, within so many seconds (the setting `shutdown_deadline_seconds`, unless given). Whether all
    of it has left."""
    client = clients.get_client()
    if client is None:
        return True
    return client.flush(client.settings.shutdown_deadline_seconds if deadline is None else deadline)


@dataclass(frozen=True, slots=True)
class Health:
    """How the SDK does: each target by its name, what sampling left out by signal, what failed inside by part."""

    targets: "Mapping[str, TargetHealth]" = field(default_factory=dict)
    sampled_out: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, target: str) -> "TargetHealth":
        return self.targets[target]


@guarded(Health())
def health() -> Health:
    """What was queued, sent, retried, rejected and dropped (by reason) for each target. Empty when nothing runs."""
    client = clients.get_client()
    if client is None:
        return Health(failures=guard.failures())
    from vedette.sdk import sampling  # noqa: PLC0415 — loaded by then

    return Health(client.delivery.health(), sampling.counts(), guard.failures())


@guarded("")
def error(
    error: BaseException | None = None,
    *,
    level: "Level" = "error",
    fingerprint: Sequence[str] | None = None,
    **tags: str,
) -> str:
    """Report an exception that was dealt with: the one given, else the one being handled. Returns its event id.

    An exception is reported once: what was reported here and goes on to fail the request gives no second record.
    """
    error = error or sys.exc_info()[1]
    if error is None or clients.get_client() is None:
        return ""
    from vedette.sdk.errors import report  # noqa: PLC0415 — loaded by then

    return report(error, handled=True, level=level, fingerprint=fingerprint, **tags)
