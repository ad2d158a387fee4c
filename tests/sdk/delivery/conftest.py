from collections.abc import Iterator

import pytest

from tests.sdk.delivery.backend import Backend, running


@pytest.fixture
def backend() -> Iterator[Backend]:
    with running() as backend:
        yield backend
