import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.sdk.delivery import lines

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(params=["orjson", "json"])
def dump(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], bytes]:
    """With orjson and without: the same lines must be good for either kind of process."""
    if request.param == "json":
        monkeypatch.setattr(lines, "_fast_dump", lines.standard_dump)
        monkeypatch.setattr(lines, "_fast_load", json.loads)
    return lines.dump


def meant(value: Any) -> Any:
    """The item as JSON can say it."""
    if isinstance(value, dict):
        return {meant(key): meant(item) for key, item in value.items()}
    if isinstance(value, list):
        return [meant(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        return str(value)  # or the number, where the standard library wrote it
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@given(item=st.dictionaries(st.text(st.characters()), ANY_JSON, max_size=5))
def test_an_item_comes_back(item: dict[str, Any]) -> None:
    line = lines.dump(item)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert meant(lines.load(line)) == meant(item)


def test_what_json_has_no_word_for(dump: Callable[[Any], bytes]) -> None:
    loop: dict[str, Any] = {}
    loop["self"] = loop
    item = {
        "money": Decimal("1.50"),
        "when": datetime(2026, 11, 23, tzinfo=UTC),
        "nan": float("nan"),
        "huge": 1 << 80,
        3: {"tuple": (1, 2)},
        ("a", "b"): "key",
        "half a pair": "\ud800",
        "loop": loop,
        "object": type("Plan", (), {"__str__": lambda self: "pro"})(),
    }
    back = lines.load(dump(item))
    assert back["money"] == "1.50"
    assert back["when"].startswith("2026-11-23")
    assert back["nan"] is None
    assert back["huge"] == str(1 << 80)
    assert back["3"] == {"tuple": [1, 2]}
    assert back["('a', 'b')"] == "key"
    assert back["half a pair"] == "?"
    assert back["object"] == "pro"
    assert "…" in json.dumps(back["loop"], ensure_ascii=False)


def test_a_spoilt_line_is_an_error(dump: Callable[[Any], bytes]) -> None:
    with pytest.raises(ValueError):
        lines.load(dump({"id": 1})[:-3])
