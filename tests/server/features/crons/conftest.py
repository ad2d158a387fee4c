"""The official SDK on a project, and check-ins sent as curl sends them."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import sentry_sdk

from tests.conftest import ProjectClient


@pytest.fixture
def beat(project: ProjectClient) -> Callable[..., httpx.Response]:
    """`GET /api/{project}/cron/{slug}/{key}/` with its query."""

    def send(slug: str, **query: Any) -> httpx.Response:
        url = f"{project.server.url}/api/{project.id}/cron/{slug}/{project.key}/"
        return httpx.get(url, params={"status": "ok", **query})

    return send


@pytest.fixture
def sdk(project: ProjectClient) -> Iterator[None]:
    sentry_sdk.init(
        project.connect["sentry_dsn"],
        default_integrations=False,
        auto_enabling_integrations=False,
        traces_sample_rate=1.0,
        release="shop@1.2.3",
    )
    yield
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)
