"""Issues of builds whose errors came before their source maps are put where the readable one is."""

from tests.server.features.issues.test_issues import DAY, error, in_days, services_of
from tests.server.reading import Reader
from vedette.server.features.issues.sweep import adopt


def issues(reader: Reader) -> dict[str, int]:
    return {row["id"]: row["count"] for row in reader.get("issues")["items"]}


def test_by_their_source_afterwards(reader: Reader) -> None:
    """Build a before its map, then with it; build b, weeks later, before its map and with it: one issue, the first."""
    read_as = {"a": ["frames.v1:read", "frames.v0:a", "message.v1:m"], "b": ["frames.v1:read", "frames.v0:b"]}
    reader.insert("errors", [error(1, "a", 2 * DAY, fingerprints=["frames.v1:a", "message.v1:m"])])
    reader.insert("errors", [error(2, "read", 30, fingerprints=read_as["a"])])
    assert adopt(services_of(reader), now_ns=in_days(0)) == 1
    assert issues(reader) == {"a": 2}

    reader.insert("errors", [error(3, "b", 20, fingerprints=["frames.v1:b"])])
    assert adopt(services_of(reader), now_ns=in_days(0)) == 0, "nobody has read build b yet"
    reader.insert("errors", [error(4, "read", 10, fingerprints=read_as["b"])])
    assert adopt(services_of(reader), now_ns=in_days(0)) == 1
    assert issues(reader) == {"a": 4}
    assert adopt(services_of(reader), now_ns=in_days(0)) == 0
    regrouped = [entry for entry in reader.get("issues/a/activity")["items"] if entry["kind"] == "regrouped"]
    assert len(regrouped) == 2


def test_what_people_decided_stays(reader: Reader) -> None:
    reader.insert("errors", [error(1, "read", 9 * DAY, fingerprints=["frames.v1:read", "frames.v0:a"])])
    reader.insert("errors", [error(2, "b", 60, fingerprints=["frames.v1:b"])])
    reader.insert("errors", [error(3, "c", 60, fingerprints=["frames.v1:c"])])
    reader.request("PATCH", "issues", json={"ids": ["b"], "status": "archived"})
    reader.insert("errors", [error(4, "read", 9, fingerprints=["frames.v1:read", "frames.v0:b"])])
    reader.insert("errors", [error(5, "read", 9, fingerprints=["frames.v1:read", "frames.v0:c"])])
    assert adopt(services_of(reader), now_ns=in_days(0)) == 1
    assert issues(reader) == {"read": 4, "b": 1}
    reader.request("POST", "issues/read/unmerge", json={"fingerprints": ["c"]})
    assert adopt(services_of(reader), now_ns=in_days(0)) == 0
    assert issues(reader) == {"read": 3, "b": 1, "c": 1}
