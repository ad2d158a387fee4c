"""FastAPI: as Starlette, around its own telemetry, which then makes no second span."""

import sys
from types import ModuleType

from vedette.sdk.integrations.starlette import observe_handlers, patch_call


def patch(module: ModuleType) -> None:
    """Patch `fastapi.applications`."""
    patch_call(module.FastAPI, "fastapi")
    observe_handlers(sys.modules["starlette._exception_handler"])
