"""What posthog-js asks before it starts: `/array/<token>/config.js` and `/array/<token>/config`.

The answer turns on what this server stores, and nothing that would make the SDK fetch a script from `/static/`
(recorder, surveys, dead clicks, exception autocapture): those files belong to the npm package, and a page that wants
them imports `posthog-js/dist/module.full.no-external`. Web vitals are the page's own choice, as with PostHog:
`capture_performance: {web_vitals: true}` makes the SDK fetch the script that `scripts/` has of them. See posthog-js
`remote-config.ts`, `extensions/web-vitals`.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from vedette.server.http.errors import NotFound
from vedette.server.http.ingest import IngestRequest, Response
from vedette.server.protocols.posthog.capture import find_key

CACHE = ("cache-control", "public, max-age=60")
CACHE_SCRIPT = ("cache-control", "public, max-age=86400")
JAVASCRIPT = "application/javascript; charset=utf-8"
# With and without attribution, for hard navigations only or soft ones too; what there is in `scripts/`.
SCRIPTS = frozenset(
    f"web-vitals{attribution}{navigations}"
    for attribution in ("", "-with-attribution")
    for navigations in ("", "-soft-navs")
)


def remote_config(token: str) -> dict[str, Any]:
    """The configuration of a project's browsers."""
    return {
        "token": token,
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": False,
        # Absent, it would leave autocapture off for first-time visitors (posthog-js `autocapture.ts`, isEnabled).
        "autocapture_opt_out": False,
        "captureDeadClicks": False,
        "capturePerformance": False,
        "autocaptureExceptions": False,
        "errorTracking": {"autocaptureExceptions": False, "suppressionRules": []},
        "sessionRecording": False,
        "heatmaps": False,
        # No "surveys": posthog-js fetches surveys.js for `false` too, and leaves it only when the key is absent.
        "productTours": False,
        "conversations": False,
        "logs": {"captureConsoleLogs": False},
        "elementsChainAsString": True,
        "defaultIdentifiedOnly": True,
        "analytics": {"endpoint": "/e/"},
        "siteApps": [],
        "toolbarParams": {},
        "isAuthenticated": False,
        "editorParams": {},
    }


async def config_json(request: IngestRequest) -> Response:
    """The configuration as JSON: what the SDK asks when it does not load scripts."""
    token = str(request.path_params["token"])
    find_key(request.ingest, [token])
    return Response(200, orjson.dumps(remote_config(token)), headers=[CACHE])


async def config_script(request: IngestRequest) -> Response:
    """The configuration as a script that leaves it where the SDK looks."""
    token = str(request.path_params["token"])
    key = find_key(request.ingest, [token])
    assert key is not None
    config = orjson.dumps({"config": remote_config(token), "siteApps": []}).decode()
    name = orjson.dumps(token).decode()
    text = (
        "(function(){window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};"
        f"window._POSTHOG_REMOTE_CONFIG[{name}]={config};}})();"
    ).replace("<", "\\u003c")
    return Response(200, text.encode(), JAVASCRIPT, headers=[CACHE])


async def static_script(request: IngestRequest) -> Response:
    """A lazily loaded part of posthog-js: web vitals. A page that forces another gets a clear answer."""
    kind = str(request.path_params["kind"])
    if kind in SCRIPTS:
        return Response(200, script(kind), JAVASCRIPT, headers=[CACHE_SCRIPT])
    raise NotFound(
        f"{request.path} is part of the posthog-js package and not served here",
        hint="import posthog-js/dist/module.full.no-external, which has it built in",
    )


@cache
def script(kind: str) -> bytes:
    """One of SCRIPTS as posthog-js publishes it."""
    return files(__package__).joinpath("scripts", f"{kind}.js").read_bytes()
