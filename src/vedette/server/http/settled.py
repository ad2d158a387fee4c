"""What a client was told is stored, the next question finds."""

from typing import Any

from vedette.server.http.access import Services


class Settled:
    """ASGI middleware: a question to a project waits until all that was acknowledged before it is in the tables."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Settle, then pass the request on."""
        if scope["type"] == "http" and "/projects/" in scope["path"]:  # health does not wait for the store
            services: Services = scope["app"].state.services
            await services.committer.settle()
        await self._app(scope, receive, send)
