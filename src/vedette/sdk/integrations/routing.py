"""The template of the route that served a request (`/plans/{id}`), read from what Starlette and FastAPI leave in the
ASGI scope."""

from collections.abc import Mapping
from typing import Any


def template(scope: Mapping[str, Any], root_path: str = "") -> str:
    """The route's template, with the templates of the mounts it is below; `""` where no route was found.

    `root_path` is the scope's as it came in: what mounts have added to it since is their paths, filled in.
    """
    route = scope.get("route") or _of_endpoint(getattr(scope.get("router"), "routes", ()), scope.get("endpoint"))
    if route is None:
        return ""
    path = _path(scope, route)
    mounted: str = scope.get("root_path", "")[len(root_path) :]
    if not mounted:
        return path
    prefix = _below_mounts(getattr(scope.get("router"), "routes", ()), mounted)
    return prefix + (path if hasattr(route, "endpoint") else "/{path}")  # a mount of what has no routes, as of files


def _path(scope: Mapping[str, Any], route: Any) -> str:
    included = scope.get("fastapi")  # FastAPI 0.165 and later: the route of an included router, with its prefix
    if type(included) is dict:
        effective = included.get("effective_route_context")
        if effective is not None and getattr(effective, "original_route", None) is route:
            route = effective
    return str(getattr(route, "path_format", None) or getattr(route, "path", None) or "")


def _of_endpoint(routes: Any, endpoint: Any) -> Any:
    """The route of an endpoint: before 1.0, Starlette tells nothing else."""
    if endpoint is None:
        return None
    for route in routes:
        if getattr(route, "endpoint", None) is endpoint:
            return route
        found = _of_endpoint(getattr(route, "routes", None) or (), endpoint)
        if found is not None:
            return found
    return None


def _below_mounts(routes: Any, prefix: str) -> str:
    """The templates of the mounts that this prefix is made of. Where they cannot be found, the prefix itself."""
    for route in routes:
        pattern = getattr(route, "path_regex", None)
        if pattern is None or not hasattr(route, "app") or hasattr(route, "endpoint"):
            continue
        found = pattern.match(f"{prefix}/")
        if found is None:
            continue
        rest = found.groupdict().get("path", "").strip("/")
        name = str(route.path_format).removesuffix("/{path}")
        return name + (_below_mounts(getattr(route, "routes", None) or (), f"/{rest}") if rest else "")
    return prefix
