"""Issues over errors that the tests insert; a fresh project for each test."""

from collections.abc import Iterator

import pytest

from tests.server.reading import Reader, reading


@pytest.fixture(scope="package")
def issues_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(tmp_path_factory.mktemp("issues")) as reader:
        yield reader


@pytest.fixture
def reader(issues_reader: Reader) -> Reader:
    return issues_reader.new()
