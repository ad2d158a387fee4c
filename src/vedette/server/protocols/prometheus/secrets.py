"""Take secrets out of the labels of the few series in which the prefilter sees one."""

from collections.abc import Iterable

from vedette.server.http.prefilter import LABELS
from vedette.server.http.scrubbing import ScrubbingRules
from vedette.server.protocols.prometheus.messages import Message


def scrub_labels(request: Message, rules: ScrubbingRules) -> int:
    """Filter labels of series and of their exemplars, in place; returns how many. Names of series stay."""
    count = 0
    for series in request.timeseries:
        if rules.suspects(series.SerializeToString(), known=LABELS):
            count += _scrub(series.labels, rules)
            count += sum(_scrub(exemplar.labels, rules) for exemplar in series.exemplars)
    return count


def _scrub(labels: Iterable[Message], rules: ScrubbingRules) -> int:
    named = [label for label in labels if label.name != "__name__" and label.value]  # an empty one is none
    fields = [{label.name: label.value} for label in named]
    rules.scrub_suspect(fields)
    count = 0
    for label, field in zip(named, fields, strict=True):
        if field[label.name] != label.value:
            label.value = field[label.name]
            count += 1
    return count
