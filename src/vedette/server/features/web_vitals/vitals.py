"""What the web vitals are: limits, weights, scores. Everything that judges one reads it here.

Limits: https://web.dev/articles/vitals and the pages it leads to. Curve: Lighthouse, https://github.com/GoogleChrome/
lighthouse/blob/main/docs/scoring.md; its control points for mobile devices are these limits. Weights: Sentry's,
https://docs.sentry.io/product/insights/frontend/web-vitals/web-vitals-concepts/.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Rating = Literal["good", "needs_improvement", "poor"]


@dataclass(frozen=True, slots=True)
class Vital:
    """One vital: good up to `good_until`, poor above `poor_above`; `weight` is its part of the score in percent."""

    name: str
    unit: str
    good_until: float
    poor_above: float
    weight: int

    def rating(self, value: float) -> Rating:
        """What a value is; the limits themselves are still on the better side."""
        return "good" if value <= self.good_until else "needs_improvement" if value <= self.poor_above else "poor"


VITALS = (
    Vital("lcp", "ms", 2500, 4000, 30),
    Vital("inp", "ms", 200, 500, 30),
    Vital("cls", "", 0.1, 0.25, 15),
    Vital("fcp", "ms", 1800, 3000, 15),
    Vital("ttfb", "ms", 800, 1800, 10),
)
BY_NAME = {vital.name: vital for vital in VITALS}
PARAMETERS: dict[str, Any] = {
    "metrics": [vital.name for vital in VITALS],
    "good": [vital.good_until for vital in VITALS],
    "poor": [vital.poor_above for vital in VITALS],
}


def score(means: Mapping[str, float]) -> float | None:
    """0 to 100 of the mean scores of vitals; those that nobody measured leave their weight to the others."""
    weights = {name: BY_NAME[name].weight for name in means}
    total = sum(weights.values())
    return sum(means[name] * weight for name, weight in weights.items()) / total if total else None
