"""Declared events beside the ones that came: over the API, with the SDK's own push."""

import json
from typing import Annotated, Any, Literal

import httpx
import pytest

from tests.conftest import ProjectClient
from vedette.sdk.schema import Event, Money, field
from vedette.sdk.schema.event import declaration_of
from vedette.sdk.schema.push import CannotReach, Server, push


class ThingOrdered(Event, name="thing_ordered", version=2, owner="shop", key="order_id"):
    """Someone ordered a thing."""

    order_id: str
    price: Money
    seats: Annotated[int, field("How many", unit="seats", ge=1)]
    kind: Literal["new", "used"] = "new"
    extra: dict[str, Any] = {}  # noqa: RUF012 - each event gets its own
    email: Annotated[str | None, field("Whose", pii="hash")] = None


class ThingReturned(Event, name="thing_returned", owner="shop"):
    """Someone sent a thing back."""


def server_of(project: ProjectClient) -> Server:
    return Server(project.server.url, project.id, project.server.keys["api_token"])


def declare(project: ProjectClient, *classes: type[Event], source: str = "shop") -> None:
    push(server_of(project), source, [declaration_of(cls) for cls in classes])


def send(project: ProjectClient, *events: tuple[str, dict[str, Any]]) -> None:
    batch = [{"event": name, "distinct_id": "u1", "properties": properties} for name, properties in events]
    body = json.dumps({"api_key": project.key, "batch": batch}).encode()
    answer = project.post("/batch/", body, content_type="application/json")
    assert answer.status_code == 200, answer.text


def rendered(event: Event) -> tuple[str, dict[str, Any]]:
    name, properties, violations = event.__vedette_event__()
    return name, {**properties, **({"$schema_violations": [str(one) for one in violations]} if violations else {})}


def by_name(project: ProjectClient) -> dict[str, Any]:
    return {row["name"]: row for row in project.get("event-schema")["events"]}


def test_an_empty_project_has_no_schema(project: ProjectClient) -> None:
    assert project.get("event-schema") == {"sources": [], "events": []}


def test_declared_and_seen_side_by_side(project: ProjectClient) -> None:
    declare(project, ThingOrdered, ThingReturned)
    price = Money(4900, "USD")
    send(
        project,
        rendered(ThingOrdered(order_id="o1", price=price, seats=2, extra={"a": {"b": 1}}, email="a@b.example")),
        rendered(ThingOrdered(order_id="o2", price=price, seats="two", colour="red")),  # type: ignore[arg-type,call-arg]
        ("clicked", {"x": 1}),
    )
    rows = by_name(project)
    assert list(rows) == ["thing_ordered", "thing_returned", "clicked"], "declared ones first"
    ordered = rows["thing_ordered"]
    assert (ordered["count"], ordered["users"], ordered["violating"]) == (2, 1, 1)
    assert (ordered["undeclared"], ordered["unfit"]) == (["colour"], ["seats"])
    assert ordered["last_time"] is not None
    (version,) = ordered["versions"]
    assert {name: version[name] for name in ("version", "owner", "status", "description", "key", "sources")} == {
        "version": 2, "owner": "shop", "status": "stable", "description": "Someone ordered a thing.",
        "key": ["order_id"], "sources": ["shop"],
    }  # fmt: skip
    seats = version["properties"]["seats"]
    assert (seats["type"], seats["unit"], seats["ge"], seats["required"]) == ("integer", "seats", 1, True)
    assert version["properties"]["kind"]["enum"] == ["new", "used"]
    assert version["properties"]["price_currency"]["pattern"] == "[A-Z]{3}"
    assert (rows["thing_returned"]["count"], rows["thing_returned"]["last_time"]) == (0, None)
    assert (rows["clicked"]["versions"], rows["clicked"]["count"], rows["clicked"]["undeclared"]) == ([], 1, [])


def test_what_the_sdk_says_of_itself_is_not_held_against_an_event(project: ProjectClient) -> None:
    declare(project, ThingReturned)
    name, properties = rendered(ThingReturned())
    send(project, (name, {**properties, "service": "shop", "environment": "production", "release": "1.4.0"}))
    returned = by_name(project)["thing_returned"]
    assert (returned["count"], returned["undeclared"], returned["unfit"]) == (1, [], [])


def test_what_was_seen_of_one_event(project: ProjectClient) -> None:
    declare(project, ThingOrdered)
    price = Money(1, "EUR")
    for seats in (1, 2, "two"):
        send(project, rendered(ThingOrdered(order_id="o", price=price, seats=seats, extra={"a": {"b": 1}}, zip=7)))  # type: ignore[arg-type,call-arg]
    send(project, ("clicked", {"x": 1}))
    found = project.get("event-schema/seen", event="thing_ordered")
    rows = {row["name"]: row for row in found["properties"]}
    assert rows["seats"] == {
        "name": "seats", "types": ["Int64", "String"], "count": 3, "declared": True, "fits": False,
    }  # fmt: skip
    assert {name for name, row in rows.items() if not row["declared"]} == {"zip"}
    assert {name for name, row in rows.items() if not row["fits"]} == {"seats"}
    assert "extra.a.b" in rows, "a path within a declared object is the object's"
    assert found["violations"] == [
        {"text": "zip: is not declared", "count": 3},
        {"text": "seats: expected integer, got str", "count": 1},
    ]
    undeclared = project.get("event-schema/seen", event="clicked")
    assert [(row["name"], row["declared"], row["fits"]) for row in undeclared["properties"]] == [("x", True, True)]


def test_each_source_replaces_its_own(project: ProjectClient) -> None:
    declare(project, ThingOrdered, source="shop")
    declare(project, ThingOrdered, ThingReturned, source="returns")
    assert by_name(project)["thing_ordered"]["versions"][0]["sources"] == ["returns", "shop"]
    declare(project, ThingReturned, source="shop")
    assert by_name(project)["thing_ordered"]["versions"][0]["sources"] == ["returns"]
    declare(project, source="returns")
    schema = project.get("event-schema")
    assert [(one["source"], one["events"]) for one in schema["sources"]] == [("shop", 1)]
    assert [row["name"] for row in schema["events"]] == ["thing_returned"]


def test_two_versions_stand_together_and_either_may_be_sent(project: ProjectClient) -> None:
    class OldOrder(Event, name="thing_ordered", version=1, owner="shop"):
        """Someone ordered a thing."""

        seats: str

    declare(project, OldOrder, ThingOrdered)
    send(project, ("thing_ordered", {"seats": "two"}), ("thing_ordered", {"seats": 2}))
    row = by_name(project)["thing_ordered"]
    assert [one["version"] for one in row["versions"]] == [2, 1]
    assert row["unfit"] == []


def test_another_project_sees_nothing_of_it(project: ProjectClient) -> None:
    declare(project, ThingOrdered)
    answer = project.http.get("/api/v1/projects/1/event-schema")
    assert "thing_ordered" not in {row["name"] for row in answer.json()["events"]}


BIG = {"name": "x", "properties": {f"p{n}": {"type": "string"} for n in range(301)}}
DEEP: dict[str, Any] = {"type": "string"}
for _ in range(7):
    DEEP = {"type": "array", "items": DEEP}


@pytest.mark.parametrize(
    "body",
    [
        {}, {"source": "", "events": []}, {"source": "x" * 201, "events": []},
        {"source": "s", "events": [{"name": "x"}, {"name": "x"}]},
        {"source": "s", "events": [{"name": ""}]},
        {"source": "s", "events": [{"name": "x", "version": 0}]},
        {"source": "s", "events": [{"name": "x", "status": "gone"}]},
        {"source": "s", "events": [{"name": "x", "properties": {"a": {"type": "colour"}}}]},
        {"source": "s", "events": [{"name": "x", "properties": {"a": {"type": "string", "enum": [1.5]}}}]},
        {"source": "s", "events": [{"name": "x", "properties": {"a": DEEP}}]},
        {"source": "s", "events": [BIG]},
        {"source": "s", "events": [{"name": f"e{n}"} for n in range(1001)]},
    ],
    ids=range(12),
)  # fmt: skip
def test_a_body_that_does_not_read_is_refused(project: ProjectClient, body: dict[str, Any]) -> None:
    answer = project.http.put(f"/api/v1/projects/{project.id}/event-schema", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"].startswith("body")
    assert project.get("event-schema")["sources"] == []


def test_a_body_without_end_is_refused(project: ProjectClient) -> None:
    answer = project.http.put(f"/api/v1/projects/{project.id}/event-schema", content=b" " * (1 << 20) + b"{}")
    assert answer.status_code == 413


def test_sources_are_bounded(project: ProjectClient) -> None:
    path = f"/api/v1/projects/{project.id}/event-schema"
    codes = [
        project.http.put(path, json={"source": f"s{n}", "events": [{"name": "x_done"}]}).status_code for n in range(101)
    ]
    assert codes == [200] * 100 + [409]
    assert project.http.put(path, json={"source": "s5", "events": [{"name": "y_done"}]}).status_code == 200


def test_a_viewer_reads_and_does_not_push(project: ProjectClient) -> None:
    created = project.http.post("/api/v1/tokens", json={"name": "v", "role": "viewer", "project_id": project.id}).json()
    with pytest.raises(CannotReach, match=r"403.*needs the role member"):
        push(Server(project.server.url, project.id, created["token"]), "x", [])
    headers = {"authorization": f"Bearer {created['token']}"}
    path = f"{project.server.url}/api/v1/projects/{project.id}/event-schema"
    assert httpx.get(path, headers=headers, timeout=30).status_code == 200
    assert httpx.get(path, timeout=30).status_code == 401


def test_a_server_that_is_not_there_is_said_plainly() -> None:
    with pytest.raises(CannotReach, match="does not answer"):
        push(Server("http://127.0.0.1:1", 1, "t"), "x", [])
