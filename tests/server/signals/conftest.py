"""The read API over rows that the tests insert; a fresh project for each test."""

from collections.abc import Iterator

import pytest

from tests.server.reading import Reader, reading


@pytest.fixture(scope="package")
def server_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(tmp_path_factory.mktemp("reading")) as reader:
        yield reader


@pytest.fixture
def reader(server_reader: Reader) -> Reader:
    return server_reader.new()
