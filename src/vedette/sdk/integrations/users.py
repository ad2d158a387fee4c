"""Who calls, as the application says."""

from collections.abc import Callable, Mapping
from typing import Any

from vedette.sdk.guard import failed
from vedette.sdk.requests import Request

# From an ASGI scope or a WSGI environ: the user's id, or nothing where nobody is known.
User = Callable[[Any], str | int | None]


def ask_user(request: Request, user: User, about: Mapping[str, Any], *, last: bool) -> None:
    """Ask the application's function who calls, unless it is known. What it raises the first time is as good as
    nothing: the middlewares that know may not have run. The last time it is told of."""
    if request.user_known:
        return
    try:
        answer = user(about)
        if answer is not None and answer != "":
            request.scope.user_id = str(answer)
    except Exception as error:
        if last:
            failed("user", error)
