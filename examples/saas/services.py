"""How the three services find and call each other, and what their applications have in common."""

import os

import httpx
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from saas import access, telemetry

PORTS = {"identity": 8801, "billing": 8802, "workflows": 8803}


def url(service: str) -> str:
    """The base URL of a service: `IDENTITY_URL` and so on, or its default port on this machine."""
    return os.environ.get(f"{service.upper()}_URL", f"http://127.0.0.1:{PORTS[service]}")


def client(service: str, *, timeout_seconds: float = 3.0) -> httpx.AsyncClient:
    """A client for one of our services; trace context and baggage travel along by themselves."""
    return httpx.AsyncClient(
        base_url=url(service),
        timeout=timeout_seconds,
        headers={"x-internal-secret": access.SECRET.decode()},
    )


def application(name: str) -> FastAPI:
    """An instrumented FastAPI application with a health check, open to the browser."""
    app = FastAPI(title=name, lifespan=lambda _: telemetry.running())
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["x-request-id"],
    )
    telemetry.instrument(app)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok", "release": telemetry.RELEASE}

    return app
