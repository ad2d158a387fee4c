"""Transactions over rows that the tests insert; a fresh project for each test."""

from collections.abc import Iterator

import pytest

from tests.server.reading import Reader, reading


@pytest.fixture(scope="package")
def performance_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(tmp_path_factory.mktemp("performance")) as reader:
        yield reader


@pytest.fixture
def reader(performance_reader: Reader) -> Reader:
    return performance_reader.new()
