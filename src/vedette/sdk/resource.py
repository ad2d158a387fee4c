"""Who sends: the service, its release, the machine and the process, as every record of every signal says."""

import os
import socket
from collections.abc import Mapping
from importlib.metadata import version
from uuid import uuid4

from opentelemetry.sdk.resources import Resource

from vedette import __version__, semconv
from vedette.sdk.settings import Settings, pairs


class OwnResource(Resource):
    """A resource whose hash is made once: OTLP's encoder asks for it with each record, and makes JSON of it all."""

    _hash: int | None = None

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = super().__hash__()
        return self._hash


def describe(settings: Settings, env: Mapping[str, str] = os.environ) -> Resource:
    """The resource of this process. Attributes of `OTEL_RESOURCE_ATTRIBUTES` that no setting names stay.

    Not `Resource.create`, which searches all that is installed for detectors: 20 ms for what is known here.
    """
    known = {
        semconv.SERVICE_NAME: settings.service,
        semconv.SERVICE_VERSION: settings.release,
        semconv.DEPLOYMENT_ENVIRONMENT_NAME: settings.environment,
        semconv.HOST_NAME: socket.gethostname(),
    }
    return OwnResource({
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.version": version("opentelemetry-sdk"),
        "telemetry.distro.name": "vedette",
        "telemetry.distro.version": __version__,
        **pairs(env.get("OTEL_RESOURCE_ATTRIBUTES", "")),
        **{name: value for name, value in known.items() if value},
        **of_process(),
    })  # fmt: skip


def after_fork(before: Resource) -> Resource:
    """The resource of a child: another instance of the same service."""
    return OwnResource({**before.attributes, **of_process()})


def of_process() -> dict[str, str | int]:
    """What is another in a forked child: its metrics would count as its parent's."""
    return {semconv.PROCESS_PID: os.getpid(), semconv.SERVICE_INSTANCE_ID: str(uuid4())}
