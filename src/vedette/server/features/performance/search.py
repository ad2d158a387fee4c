"""What stands in the search box: words of the name, and `service:`, `op:`, `release:`, `environment:`."""

import re
from dataclasses import replace

from vedette.server.http.listing import Question
from vedette.server.store.filters import Filter

TOKEN = re.compile(r'(?:(?P<key>service|op|release|environment|env):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))')
FIELD = {"op": "transaction_op", "env": "environment"}


def read(question: Question) -> Question:
    """The question with its keys as filters; what is left are words that stand in the name one after the other."""
    filters, words = list(question.filters), []
    for match in TOKEN.finditer(question.words):
        value = match["quoted"] if match["quoted"] is not None else match["plain"]
        if match["key"]:
            filters.append(Filter(FIELD.get(match["key"], match["key"]), "=", value))
        else:
            words.append(value)
    return replace(question, filters=filters, words=" ".join(words))
