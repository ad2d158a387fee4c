"""Issues over errors that the tests insert; a fresh project for each test."""

from collections.abc import Iterator

import pytest

from tests.server.reading import Reader, reading
from vedette.server.features.issues import sweep


@pytest.fixture(scope="package")
def issues_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "EVERY_SECONDS", 1e6)  # the tests sweep themselves, by their own clock
        with reading(tmp_path_factory.mktemp("issues")) as reader:
            yield reader


@pytest.fixture
def reader(issues_reader: Reader) -> Reader:
    return issues_reader.new()
