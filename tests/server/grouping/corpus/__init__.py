"""Pairs of events that a developer would call the same error, or two, each with the reason. Written by hand.

`shapes` builds events the way each SDK sends them; every event gets line numbers and addresses of its own, so no pair
can lean on those. The labels say what people want, not what the grouping does: pairs it gets wrong stay.
"""

from tests.server.grouping.corpus import dotnet, go, javascript, jvm, messages, native, php, python, ruby, sources
from tests.server.grouping.corpus.shapes import Pair

PAIRS: dict[str, list[Pair]] = {
    "python": python.PAIRS,
    "javascript": javascript.PAIRS,
    "java": jvm.PAIRS,
    "go": go.PAIRS,
    "ruby": ruby.PAIRS,
    "php": php.PAIRS,
    "native": native.PAIRS,
    "csharp and others": dotnet.PAIRS,
    "messages": messages.PAIRS,
    "clients and chains": sources.PAIRS,
}
