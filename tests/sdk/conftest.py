"""Fixtures of the SDK's tests: a client that sends to memory, and a look at what failed inside."""

from collections.abc import Iterator

import pytest

from vedette.testing import Capture, capture


@pytest.fixture
def sent() -> Iterator[Capture]:
    """What the test sends. Whatever the SDK swallowed fails the test."""
    with capture() as captured:
        yield captured
    assert captured.failures == {}
