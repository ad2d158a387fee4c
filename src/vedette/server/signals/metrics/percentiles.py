"""Percentiles from bucket counts, as Prometheus' histogram_quantile works them out: straight lines inside a bucket."""

from collections.abc import Mapping

INFINITY = 1e308


def percentile(counts: Mapping[float, float], quantile: float) -> float | None:
    """The value below which `quantile` (0–1) of the observations fell; None when there were none.

    `counts` maps a bucket's upper bound to how many fell between it and the bound below. The lowest bucket begins
    at zero if its bound is positive. What lies above the last finite bound is taken to lie on it.
    """
    bounds = sorted(counts)
    total = sum(max(0.0, count) for count in counts.values())
    if total <= 0:
        return None
    wanted = quantile * total
    lower = 0.0 if bounds[0] > 0 else bounds[0]
    below = 0.0
    for bound in bounds:
        count = max(0.0, counts[bound])
        if count and below + count >= wanted:
            if bound >= INFINITY:
                return lower
            return lower + (bound - lower) * (wanted - below) / count
        below += count
        if bound < INFINITY:
            lower = bound
    return lower
