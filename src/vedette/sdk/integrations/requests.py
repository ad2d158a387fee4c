"""requests: each request that an adapter sends, those that follow redirects too, is a span."""

from functools import wraps
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from vedette.sdk.integrations import running
from vedette.sdk.integrations.outgoing import send


def patch(module: ModuleType) -> None:
    """Patch `requests.adapters`."""
    adapter = module.HTTPAdapter
    original = adapter.send

    @wraps(original)
    def send_request(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        client = running("requests")
        outgoing = None
        if client is not None:
            url = urlsplit(request.url)
            about = (url.scheme, url.hostname or "", url.port, url.path)
            outgoing = send(client, "requests", request.method, about, request.headers)
        if outgoing is None:
            return original(self, request, *args, **kwargs)
        try:
            response = original(self, request, *args, **kwargs)
        except BaseException as error:
            outgoing.end(0, error)
            raise
        outgoing.end(response.status_code)
        return response

    adapter.send = send_request
