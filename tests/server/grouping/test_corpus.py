"""How well the grouping does on pairs that people judged. `pytest -s` prints the figures of docs/grouping.md."""

from dataclasses import dataclass

import pytest

from tests.server.grouping.corpus import PAIRS
from tests.server.grouping.corpus.shapes import Pair
from vedette.server.grouping import group

LEAST_PAIRS = 150
LEAST_PRECISION = 0.97
LEAST_RECALL = 0.97


def together(pair: Pair) -> bool:
    return group(pair.first).fingerprint == group(pair.second).fingerprint


@dataclass
class Score:
    """Of pairs put together, how many belong together (precision); of those that belong, how many were (recall)."""

    pairs: int
    right: int
    wrongly_together: list[str]
    wrongly_apart: list[str]

    @property
    def precision(self) -> float:
        return self.right / ((self.right + len(self.wrongly_together)) or 1)

    @property
    def recall(self) -> float:
        return self.right / ((self.right + len(self.wrongly_apart)) or 1)


def score(pairs: list[Pair]) -> Score:
    found = Score(len(pairs), 0, [], [])
    for pair in pairs:
        joined = together(pair)
        if joined and pair.same:
            found.right += 1
        elif joined:
            found.wrongly_together.append(pair.because)
        elif pair.same:
            found.wrongly_apart.append(pair.because)
    return found


def test_precision_and_recall(capsys: pytest.CaptureFixture[str]) -> None:
    every = [pair for pairs in PAIRS.values() for pair in pairs]
    scores = {language: score(pairs) for language, pairs in PAIRS.items()} | {"all": score(every)}
    with capsys.disabled():
        print(f"\n{'':20}{'pairs':>6}{'precision':>11}{'recall':>8}")
        for language, found in scores.items():
            print(f"{language:20}{found.pairs:>6}{found.precision:>11.3f}{found.recall:>8.3f}")
        for because in scores["all"].wrongly_together:
            print("wrongly together:", because)
        for because in scores["all"].wrongly_apart:
            print("wrongly apart:   ", because)
    total = scores["all"]
    assert total.pairs >= LEAST_PAIRS
    assert total.precision >= LEAST_PRECISION
    assert total.recall >= LEAST_RECALL


def test_reasons_are_told_once() -> None:
    for pairs in PAIRS.values():
        reasons = [(pair.because, pair.same) for pair in pairs]
        assert len(reasons) == len(set(reasons))
