"""A page load as the browser measured it, and what posthog-js and Sentry's SDK each tell of the same numbers."""

import random
import time
from typing import Any

from saas.people import SITE, Person

MOBILE_FACTOR = 1.7
SLOWER = {"/workflows": 1.3, "/reports": 1.9, "/billing": 1.15, "/signup": 0.9}
INTERACTIONS = 0.7  # the share of loads on which somebody clicks
ENGINES = {
    "Firefox": "Gecko/20100101 Firefox/{version}.0",
    "Safari": "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version}.0 Safari/605.1.15",
    "Mobile Safari": "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version}.0 Mobile/15E148 Safari/604.1",
    "Microsoft Edge": "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0 Safari/537.36 Edg/{version}.0",
    "Chrome": "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0 {mobile}Safari/537.36",
}
PLATFORMS = {
    "Windows": "Windows NT 10.0; Win64; x64",
    "Mac OS X": "Macintosh; Intel Mac OS X 10_15_7",
    "Linux": "X11; Linux x86_64",
    "iOS": "iPhone; CPU iPhone OS 19_0 like Mac OS X",
    "Android": "Linux; Android 15; Pixel 9",
}

Vitals = dict[str, float]
"""Milliseconds by name, and `cls` as the number it is; `inp` only where somebody clicked."""


def measure(rng: random.Random, person: Person, page: str) -> Vitals:
    """What this person waits for on this page."""
    factor = SLOWER.get("/" + page.split("/")[1], 1.0) * (MOBILE_FACTOR if person.browser[3] == "Mobile" else 1)
    ttfb = rng.lognormvariate(5.3, 0.5) * factor
    fcp = ttfb + rng.lognormvariate(6.4, 0.4) * factor
    lcp = fcp + rng.lognormvariate(6.4, 0.7) * factor
    vitals = {
        "ttfb": round(ttfb, 1),
        "fcp": round(fcp),
        "lcp": round(lcp),
        "cls": round(rng.expovariate(18) * factor, 4),
    }
    if rng.random() < INTERACTIONS:
        vitals["inp"] = 8 * round(rng.lognormvariate(4.6, 0.6) * factor / 8)  # event timing counts in eights
    return vitals


def captured(rng: random.Random, vitals: Vitals) -> dict[str, Any]:
    """The properties of posthog-js's `$web_vitals`, which knows no TTFB."""
    properties: dict[str, Any] = {}
    for name in ("LCP", "FCP", "CLS", "INP"):
        if (value := vitals.get(name.lower())) is not None:
            vital_id = f"v6-{int(time.time() * 1000)}-{rng.randrange(10**13)}"
            properties[f"$web_vitals_{name}_value"] = value
            properties[f"$web_vitals_{name}_event"] = {"name": name, "value": value, "id": vital_id}
    return properties


def transaction(rng: random.Random, person: Person, page: str, url: str, vitals: Vitals) -> dict[str, Any]:
    """Sentry's `pageload`, which ended just now; `page` is its route."""
    ended = time.time()
    began = ended - vitals["lcp"] / 1000
    trace = {"trace_id": _id(rng, 32), "span_id": _id(rng, 16)}
    request = {
        **trace, "span_id": _id(rng, 16), "parent_span_id": trace["span_id"], "op": "browser.request",
        "description": url, "start_timestamp": began, "timestamp": began + vitals["ttfb"] / 1000,
    }  # fmt: skip
    units = {name: {"value": value, "unit": "" if name == "cls" else "millisecond"} for name, value in vitals.items()}
    units.pop("inp", None)
    return {
        "type": "transaction",
        "event_id": _id(rng, 32),
        "platform": "javascript",
        "transaction": page,
        "transaction_info": {"source": "route"},
        "start_timestamp": began,
        "timestamp": ended,
        "contexts": {"trace": {**trace, "op": "pageload", "data": {"lcp.element": "main > section.hero > h1"}}},
        "spans": [request],
        "measurements": units,
        "request": {"url": url, "headers": {"User-Agent": user_agent(person)}},
        "user": {"id": person.user_id} if person.user_id else {},
    }


def interaction(rng: random.Random, person: Person, load: dict[str, Any], inp: float) -> dict[str, Any]:
    """The standalone span in which version 10 of Sentry's SDK reports INP."""
    span_id, now = _id(rng, 16), time.time()
    return {
        "trace_id": load["contexts"]["trace"]["trace_id"],
        "span_id": span_id,
        "segment_id": span_id,
        "is_segment": True,
        "op": "ui.interaction.click",
        "description": "div.actions > button.btn",
        "origin": "auto.http.browser.inp",
        "start_timestamp": now - inp / 1000,
        "timestamp": now,
        "exclusive_time": inp,
        "measurements": {"inp": {"value": inp, "unit": "millisecond"}},
        "data": {
            "release": load["release"],
            "environment": load["environment"],
            "transaction": load["transaction"],
            "user_agent.original": user_agent(person),
            "user.id": person.user_id,
        },
    }


def user_agent(person: Person) -> str:
    """What this person's browser calls itself."""
    name, version, os_name, device, *_ = person.browser
    engine = ENGINES[name].format(version=version, mobile="Mobile " if device == "Mobile" else "")
    return f"Mozilla/5.0 ({PLATFORMS[os_name]}) {engine}"


def page_of(url: str) -> str:
    """The route of a URL: its path, an id as `:id`."""
    path = url.removeprefix(SITE).partition("?")[0] or "/"
    return "/".join(":id" if "_" in part else part for part in path.split("/"))


def _id(rng: random.Random, digits: int) -> str:
    return f"{rng.getrandbits(4 * digits):0{digits}x}"
