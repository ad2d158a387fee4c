"""Releases over rows that the tests insert; a fresh project for each test."""

from collections.abc import Iterator

import pytest

from tests.server.reading import Reader, reading


@pytest.fixture(scope="package")
def releases_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(tmp_path_factory.mktemp("releases")) as reader:
        yield reader


@pytest.fixture
def reader(releases_reader: Reader) -> Reader:
    return releases_reader.new()
