"""httpx: each request of a client, and each it makes to follow a redirect, is a span."""

from functools import wraps
from types import ModuleType
from typing import Any

from vedette.sdk.client import Client
from vedette.sdk.integrations import running
from vedette.sdk.integrations.outgoing import Carried, Outgoing, send


def patch(module: ModuleType) -> None:
    """Patch `httpx`, or `httpx2`, which is the same."""
    _sync(module.Client)
    _async(module.AsyncClient)


def _sync(client_class: Any) -> None:
    original = client_class._send_single_request  # one request, where `send` may make several

    @wraps(original)
    def send_single_request(self: Any, request: Any) -> Any:
        client = running("httpx")
        outgoing = _send(client, request) if client is not None else None
        if outgoing is None:
            return original(self, request)
        try:
            response = original(self, request)
        except BaseException as error:
            outgoing.end(0, error)
            raise
        outgoing.end(response.status_code)
        return response

    client_class._send_single_request = send_single_request


def _async(client_class: Any) -> None:
    original = client_class._send_single_request

    @wraps(original)
    async def send_single_request(self: Any, request: Any) -> Any:
        client = running("httpx")
        outgoing = _send(client, request) if client is not None else None
        if outgoing is None:
            return await original(self, request)
        try:
            response = await original(self, request)
        except BaseException as error:
            outgoing.end(0, error)
            raise
        outgoing.end(response.status_code)
        return response

    client_class._send_single_request = send_single_request


def _send(client: Client, request: Any) -> Outgoing | Carried | None:
    url = request.url
    return send(client, "httpx", request.method, (url.scheme, url.host, url.port, url.path), request.headers)
