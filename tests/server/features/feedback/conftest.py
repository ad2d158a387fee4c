"""Feedback and errors that the tests insert; a fresh project for each test."""

from collections.abc import Iterator

import pytest

from tests.server.reading import Reader, reading


@pytest.fixture(scope="package")
def feedback_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(tmp_path_factory.mktemp("feedback")) as reader:
        yield reader


@pytest.fixture
def reader(feedback_reader: Reader) -> Reader:
    return feedback_reader.new()
