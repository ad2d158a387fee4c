"""docs/sdk.md speaks of every setting and every public name."""

import re
from pathlib import Path

import vedette
from vedette.sdk.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "sdk.md").read_text()


def test_every_setting_has_a_line() -> None:
    section = PAGE.split("## Settings")[1].split("## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(Settings.__dataclass_fields__)


def test_every_function_is_named() -> None:
    functions = {name for name in vedette.__all__ if name[0].islower() and name != "field"}
    assert {name for name in functions if not re.search(rf"`{name}[`(]", PAGE)} == set()
