"""One definition for every source: rows in, answers out."""

import uuid
from typing import Any

import pytest

from tests.server.reading import Reader, Row, ago
from vedette.server.features.web_vitals.vitals import VITALS, score

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


def pageload(number: int, page: str = "/shop", *, rate: str = "", agent: str = CHROME, **vitals: float) -> Row:
    """A page load as Sentry's SDK of version 10 tells it."""
    return {
        "source": "sentry",
        "op": "pageload",
        "is_segment": True,
        "name": page,
        "trace_id": f"{number:032x}",
        "span_id": f"{number:016x}",
        "release": "web@1",
        "environment": "production",
        "user_id": f"u{number}",
        "measurements": vitals,
        "attributes": {
            "sentry.source": "route",
            "user_agent.original": agent,
            "url.full": f"https://example.com{page}",
            **({"sentry.sample_rate": rate} if rate else {}),
        },
    }


def captured(page: str = "/shop", *, user: str = "p1", seconds: float = 60, **vitals: tuple[float, str]) -> Row:
    """`$web_vitals` as posthog-js sends it; a vital is its value and its id."""
    properties: dict[str, Any] = {"$browser": "Firefox", "$os": "Windows", "$device_type": "Desktop"}
    for name, (value, vital_id) in vitals.items():
        properties[f"$web_vitals_{name.upper()}_value"] = value
        properties[f"$web_vitals_{name.upper()}_event"] = {"id": vital_id, "attribution": {"target": "#hero"}}
    return {
        "uuid": str(uuid.uuid4()),
        "event": "$web_vitals",
        "distinct_id": user,
        "session_id": "s1",
        "current_url": f"https://example.com{page}?q=1",
        "pathname": "/gone-on",
        "properties": properties,
        "time": ago(seconds),
    }


def of(answer: Any, metric: str) -> Any:
    return next(vital for vital in answer["vitals"] if vital["metric"] == metric)


def test_percentiles_and_ratings_are_those_of_all_loads(reader: Reader) -> None:
    values = [1000, 2000, 2500, 2501, 3000, 4000, 4001, 9000]
    reader.insert("spans", [pageload(number, lcp=value) for number, value in enumerate(values, 1)])
    lcp = of(reader.get("web-vitals"), "lcp")
    assert (lcp["count"], lcp["loads"]) == (8, 8)
    assert (lcp["good"], lcp["needs_improvement"], lcp["poor"]) == (3, 3, 2), "the limits are on the better side"
    assert (lcp["p50"], lcp["p75"], lcp["p90"], lcp["rating"]) == (2501, 4000, 9000, "needs_improvement")
    assert of(reader.get("web-vitals"), "inp") == {
        "metric": "inp", "unit": "ms", "good_until": 200, "poor_above": 500, "weight": 30, "count": 0, "loads": 0,
        "good": 0, "needs_improvement": 0, "poor": 0, "p50": None, "p75": None, "p90": None, "score": None,
        "rating": None,
    }  # fmt: skip


@pytest.mark.parametrize("vital", VITALS, ids=lambda vital: vital.name)
def test_a_score_is_90_at_the_limit_of_good_and_50_at_that_of_poor(reader: Reader, vital: Any) -> None:
    values = {"/good": vital.good_until, "/poor": vital.poor_above, "/best": 0, "/worst": vital.poor_above * 100}
    reader.insert("spans", [pageload(n, page, **{vital.name: value}) for n, (page, value) in enumerate(values.items())])
    found = {row["value"]: row["score"] for row in reader.get("web-vitals/breakdown", by="page")["items"]}
    assert found["/good"] == pytest.approx(90, abs=1e-6) and found["/poor"] == pytest.approx(50, abs=1e-6)
    assert found["/best"] == 100 and found["/worst"] == pytest.approx(0, abs=0.01)


def test_the_score_weighs_the_vitals_that_were_measured(reader: Reader) -> None:
    reader.insert("spans", [pageload(1, lcp=2500, cls=0.25)])
    assert reader.get("web-vitals")["score"] == pytest.approx((90 * 30 + 50 * 15) / 45)
    assert score({}) is None


def test_what_a_sampled_load_stands_for(reader: Reader) -> None:
    fast = [pageload(number, lcp=1000, rate="0.1") for number in range(1, 3)]
    slow = [pageload(number, lcp=5000) for number in range(3, 6)]
    reader.insert("spans", [*fast, *slow])
    lcp = of(reader.get("web-vitals"), "lcp")
    assert (lcp["count"], lcp["loads"], lcp["poor"]) == (5, 23, 3)
    assert lcp["p75"] == 1000, "two of five were fast, but 20 of 23"


def test_parts_of_a_load_come_in_several_spans(reader: Reader) -> None:
    """Version 11: the route and the browser are on the page load's span, LCP and CLS on others, INP comes last."""
    load = pageload(1, "Pageload", rate="0.5", fcp=800, ttfb=90)
    load["attributes"] |= {"sentry.segment.name.source": "url", "url.path": "/orders/4711/items"}
    below = {"source": "sentry", "trace_id": load["trace_id"], "attributes": {"sentry.segment.id": load["span_id"]}}
    inp = {**below, "op": "ui.interaction.click"}
    reader.insert(
        "spans",
        [
            {**below, "op": "ui.webvital.lcp", "span_id": "b" * 16, "measurements": {"lcp": 1200}},
            {**below, "op": "ui.webvital.cls", "span_id": "c" * 16, "measurements": {"cls": 0.02}},
            {**inp, "span_id": "d" * 16, "measurements": {"inp": 90}, "time": ago(50)},
            {**inp, "span_id": "e" * 16, "measurements": {"inp": 250}, "time": ago(40)},
            load,
        ],
    )
    answer = reader.get("web-vitals")
    assert {vital["metric"]: (vital["count"], vital["p75"]) for vital in answer["vitals"]} == {
        "lcp": (1, 1200), "inp": (1, 250), "cls": (1, 0.02), "fcp": (1, 800), "ttfb": (1, 90)
    }  # fmt: skip
    assert answer["loads"] == 2, "one load in two is sent"
    [page] = reader.get("web-vitals/breakdown", by="page")["items"]
    assert (page["value"], len(page["vitals"])) == ("/orders/:id/items", 5)
    [example] = reader.get("web-vitals/examples", metric="inp")["items"]
    assert (example["browser"], example["device"], example["user_id"]) == ("Chrome", "Desktop", "u1")
    assert (example["span_id"], example["trace_id"]) == ("e" * 16, load["trace_id"])


def test_an_inp_that_comes_alone_knows_its_page(reader: Reader) -> None:
    """Version 10 sends INP as a segment of its own."""
    alone = {"sentry.segment.id": "f" * 16, "transaction": "/cart", "user_agent.original": IPHONE}
    row = {"source": "sentry", "op": "ui.interaction.click", "is_segment": True, "name": "body > button"}
    reader.insert(
        "spans", [{**row, "trace_id": "9" * 32, "span_id": "f" * 16, "measurements": {"inp": 640}, "attributes": alone}]
    )
    [example] = reader.get("web-vitals/examples", metric="inp")["items"]
    assert (example["page"], example["browser"], example["device"], example["os"]) == (
        "/cart", "Mobile Safari", "Mobile", "iOS"
    )  # fmt: skip
    assert example["rating"] == "poor"


def test_posthog_tells_a_vital_again_as_it_grows(reader: Reader) -> None:
    reader.insert(
        "events",
        [
            captured(lcp=(1800, "v6-1"), cls=(0.01, "v6-2"), seconds=60),
            captured(cls=(0.3, "v6-2"), seconds=50),
            captured(cls=(0.05, "v6-3"), user="p2"),
            {**captured(), "event": "$pageview"},
        ],
    )
    answer = reader.get("web-vitals")
    assert (answer["source"], answer["sources"]) == ("posthog", [{"source": "posthog", "reports": 3}])
    cls = of(answer, "cls")
    assert (cls["count"], cls["good"], cls["poor"], answer["loads"]) == (2, 1, 1, 2)
    [first, _] = reader.get("web-vitals/examples", metric="cls")["items"]
    assert (first["value"], first["page"], first["browser"]) == (0.3, "/shop", "Firefox")
    assert (first["user_id"], first["session_id"]) == ("p1", "s1")
    assert reader.get(f"events/{first['event_uuid']}")["event"] == "$web_vitals"


def test_opentelemetrys_events(reader: Reader) -> None:
    agent = {"user_agent.original": IPHONE}
    body = '{"name":"lcp","value":2600.6,"delta":2600.6,"id":"v5-1"}'
    told = {f"browser.web_vital.{key}": value for key, value in (("name", "INP"), ("value", "180"), ("id", "v5-2"))}
    older = {"event.name": "browser.web_vital", "name": "cls", "value": "0.2", "url.full": "https://example.com/a/b?c"}
    reader.insert(
        "logs",
        [
            {"event_name": "browser.web_vital", "body": body, "attributes": {"url.path": "/a"}, "resource": agent},
            {"event_name": "browser.web_vital", "attributes": told},
            {"attributes": older},
            {"event_name": "browser.web_vital", "attributes": {"name": "lcp", "value": "no number"}},
            {"event_name": "browser.click", "attributes": {"name": "lcp", "value": "1"}},
        ],
    )
    answer = reader.get("web-vitals")
    assert answer["source"] == "otlp"
    assert [(vital["metric"], vital["p75"]) for vital in answer["vitals"] if vital["count"]] == [
        ("lcp", 2601), ("inp", 180), ("cls", 0.2)
    ]  # fmt: skip
    [lcp] = reader.get("web-vitals/examples", metric="lcp")["items"]
    assert (lcp["page"], lcp["browser"], lcp["value"]) == ("/a", "Mobile Safari", 2600.6)
    [cls] = reader.get("web-vitals/examples", metric="cls")["items"]
    assert cls["page"] == "/a/b"


def test_sources_are_never_mixed(reader: Reader) -> None:
    reader.insert("spans", [pageload(1, lcp=1000)])
    reader.insert("events", [captured(lcp=(9000, f"v{number}")) for number in range(3)])
    most = reader.get("web-vitals")
    assert [(one["source"], one["reports"]) for one in most["sources"]] == [("posthog", 3), ("sentry", 1)]
    assert (most["source"], of(most, "lcp")["p75"], of(most, "lcp")["count"]) == ("posthog", 9000, 3)
    sentry = reader.get("web-vitals", source="sentry")
    assert (of(sentry, "lcp")["p75"], of(sentry, "lcp")["count"]) == (1000, 1)
    assert reader.get("web-vitals/breakdown")["source"] == "posthog"
    assert [one["value"] for one in reader.get("web-vitals/examples", source="sentry")["items"]] == [1000]
    reader.insert("spans", [pageload(2, lcp=1000)])
    assert reader.get("web-vitals")["source"] == "sentry", "with half as many, those that lead to a trace"
    assert reader.request("GET", "web-vitals", params={"source": "newrelic"}).status_code == 400


def test_filters_and_breakdowns(reader: Reader) -> None:
    reader.insert(
        "spans",
        [
            *(pageload(number, "/shop", lcp=1000) for number in range(1, 4)),
            pageload(4, "/cart/123", lcp=5000, agent=IPHONE),
            {**pageload(5, "/cart/9", lcp=6000, agent=IPHONE), "release": "web@2", "environment": "staging"},
        ],
    )
    by = {
        name: [(row["value"], row["loads"]) for row in reader.get("web-vitals/breakdown", by=name)["items"]]
        for name in ("page", "browser", "device", "os", "country", "release", "environment", "service")
    }
    assert by["page"] == [("/shop", 3), ("/cart/:id", 2)]
    assert by["browser"] == [("Chrome", 3), ("Mobile Safari", 2)] and by["device"] == [("Desktop", 3), ("Mobile", 2)]
    assert by["os"] == [("Linux", 3), ("iOS", 2)] and by["release"] == [("web@1", 4), ("web@2", 1)]
    assert by["environment"] == [("production", 4), ("staging", 1)] and by["country"] == by["service"] == [("", 5)]
    count = lambda **params: of(reader.get("web-vitals", **params), "lcp")["count"]  # noqa: E731
    assert count(filter="page=/cart/:id") == count(filter=["device=Mobile", "rating=poor"]) == count(q="cart") == 2
    assert count(release="web@2") == count(environment="staging") == count(user_id="u5") == 1
    assert count(filter="browser!=Chrome") == 2 and count(filter="country=DE") == 0
    assert reader.request("GET", "web-vitals", params={"filter": "colour=red"}).status_code == 400
    first = reader.get("web-vitals/breakdown", by="page", limit=1)
    assert ([row["value"] for row in first["items"]], first["total"]) == (["/shop"], 2)
    items = reader.get("web-vitals/breakdown")["items"]
    whole = reader.get("web-vitals")["score"]
    assert sum(row["opportunity"] for row in items) == pytest.approx(100 - whole), "what all parts cost is all"


def test_the_trend_is_of_the_same_numbers(reader: Reader) -> None:
    reader.insert("spans", [{**pageload(number, lcp=1000 * number), "time": ago(600 * number)} for number in (1, 2)])
    answer = reader.get("web-vitals", since="-1h", buckets=6)
    filled = {bucket["p75"]["lcp"]: bucket for bucket in answer["buckets"] if bucket["loads"]}
    assert answer["bucket_seconds"] == 600 and set(filled) == {1000, 2000}
    assert all(bucket["score"] > 90 and bucket["loads"] == 1 for bucket in filled.values())
    assert all(bucket["p75"] == {} and bucket["score"] is None for bucket in answer["buckets"] if not bucket["loads"])


def test_nothing_reported(reader: Reader) -> None:
    answer = reader.get("web-vitals")
    assert (answer["source"], answer["sources"], answer["loads"], answer["score"]) == (None, [], 0, None)
    assert reader.get("web-vitals/breakdown") == {"source": None, "items": [], "total": 0}
    assert reader.get("web-vitals/examples") == {"items": []}


def test_what_is_no_measurement_is_left_out(reader: Reader) -> None:
    reader.insert("spans", [pageload(1, lcp=-5), pageload(2, fp=3), {**pageload(3, lcp=7), "source": "otlp"}])
    assert reader.get("web-vitals")["loads"] == 0


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/users/42", "/users/:id"),
        ("/1/2/3", "/:id/:id/:id"),
        ("/o/0b6a2c1e-8d1f-4a57-9c55-1f7a3f6f2a11/edit", "/o/:id/edit"),
        ("/runs/wfl_1a2b", "/runs/:id"),
        ("/c/507f1f77bcf86cd799439011", "/c/:id"),
        ("/blog/2024-what-is-new-in-our-product", "/blog/2024-what-is-new-in-our-product"),
        ("/v2/about", "/v2/about"),
        ("/", "/"),
        ("/users/:id", "/users/:id"),
    ],
)
def test_pages_are_parametrised(reader: Reader, path: str, page: str) -> None:
    reader.insert("spans", [pageload(1, path, lcp=1)])
    assert [row["value"] for row in reader.get("web-vitals/breakdown")["items"]] == [page]


@pytest.mark.parametrize(
    ("agent", "found"),
    [
        (CHROME, ("Chrome", "Linux", "Desktop")),
        (IPHONE, ("Mobile Safari", "iOS", "Mobile")),
        (CHROME + " Edg/141.0.0.0", ("Microsoft Edge", "Linux", "Desktop")),
        (CHROME.replace("X11; Linux x86_64", "Linux; Android 14; SM-X200"), ("Chrome", "Android", "Tablet")),
        (
            CHROME.replace("X11; Linux x86_64", "Linux; Android 14; Pixel 8").replace("Safari", "Mobile Safari"),
            ("Chrome", "Android", "Mobile"),
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0",
         ("Firefox", "Windows", "Desktop")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 "
         "Safari/605.1.15", ("Safari", "Mac OS X", "Desktop")),
        ("curl/8", ("Other", "Other", "Desktop")),
        ("", ("", "", "")),
    ],
)  # fmt: skip
def test_browsers_by_their_user_agent(reader: Reader, agent: str, found: tuple[str, str, str]) -> None:
    reader.insert("spans", [pageload(1, lcp=1, agent=agent)])
    [example] = reader.get("web-vitals/examples")["items"]
    assert (example["browser"], example["os"], example["device"]) == found
