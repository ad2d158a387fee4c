"""What stands in the search box."""

from hypothesis import given
from hypothesis import strategies as st

from vedette.server.features.performance.search import read
from vedette.server.http.listing import Question, TimeRange
from vedette.server.store.filters import Filter

RANGE = TimeRange(0, 1)


def test_keys_are_filters_and_the_rest_are_words() -> None:
    found = read(Question(RANGE, [], 'GET service:"my shop" /orders op:http.server env:prod a:b'))
    assert found.words == "GET /orders a:b"
    assert list(found.filters) == [
        Filter("service", "=", "my shop"), Filter("transaction_op", "=", "http.server"),
        Filter("environment", "=", "prod"),
    ]  # fmt: skip


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    found = read(Question(RANGE, [Filter("release", "=", "a")], text))
    assert found.filters[0] == Filter("release", "=", "a")
    assert {item.field for item in found.filters} <= {"release", "service", "transaction_op", "environment"}
