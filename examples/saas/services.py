"""How the three services find and call each other, and what their applications have in common."""

import os

import httpx
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

import vedette
from saas import access

RELEASE = os.environ.get("VEDETTE_RELEASE", "1.4.0")
PORTS = {"identity": 8801, "billing": 8802, "workflows": 8803}


def url(service: str) -> str:
    """The base URL of a service: `IDENTITY_URL` and so on, or its default port on this machine."""
    return os.environ.get(f"{service.upper()}_URL", f"http://127.0.0.1:{PORTS[service]}")


def client(service: str, *, timeout_seconds: float = 3.0) -> httpx.AsyncClient:
    """A client for one of our services; trace, user, session and request go along by themselves."""
    return httpx.AsyncClient(
        base_url=url(service),
        timeout=timeout_seconds,
        headers={"x-internal-secret": access.SECRET.decode()},
    )


def application(name: str) -> FastAPI:
    """A FastAPI application that tells what it does, with a health check, open to the browser."""
    vedette.init(
        service=name,
        release=RELEASE,
        log_levels={"saas": "DEBUG", "httpx": "WARNING"},  # its requests are spans already
        routes={"/health": 0},  # asked every few seconds, and nobody wants to read of it
        scrub_keys=("card",),
        trust_baggage=True,  # our own services say who the user is; a gateway takes it out of what comes from outside
    )
    app = FastAPI(title=name)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["x-request-id"],
    )

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok", "release": RELEASE}

    return app
