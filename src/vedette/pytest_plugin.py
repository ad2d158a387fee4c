"""The pytest plugin: the fixture `vedette_capture`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vedette.testing import Capture


@pytest.fixture
def vedette_capture() -> "Iterator[Capture]":
    """What the test sends, in memory: `.logs`, `.spans`, `.metrics`, `.events`, `.errors`, `.health()`."""
    from vedette.testing import capture  # noqa: PLC0415 — every run of pytest loads this file, few tests use it

    with capture() as sent:
        yield sent
