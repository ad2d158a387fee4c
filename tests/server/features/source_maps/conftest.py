"""The read API and `/api/0/` over an embedded store; a fresh project for each test."""

from collections.abc import Iterator

import pytest

from tests.server.reading import Reader, reading


@pytest.fixture(scope="package")
def server_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(tmp_path_factory.mktemp("reading"), source_maps_max_bytes=4 * 1024 * 1024) as reader:
        yield reader


@pytest.fixture
def reader(server_reader: Reader) -> Reader:
    return server_reader.new()
