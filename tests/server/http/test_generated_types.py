"""The web app's types say what the API's models say."""

import re
from pathlib import Path
from typing import Any

from vedette.server.app import read_api

GENERATED = Path(__file__).parents[3] / "web/src/api/schema.d.ts"


def test_the_web_apps_types_are_of_this_api() -> None:
    services: Any = None
    document = read_api(services).openapi()
    text = GENERATED.read_text()
    missing = [path for path in document["paths"] if f'"{path}": {{' not in text]
    for name, schema in document["components"]["schemas"].items():
        found = re.search(rf'^        "?{re.escape(name)}"?: \{{\n(.*?)^        \}};', text, re.MULTILINE | re.DOTALL)
        body = found[1] if found else ""
        missing += [
            f"{name}.{field}"
            for field in schema.get("properties", {})
            if not re.search(rf'^\s+"?{re.escape(field)}"?\??: ', body, re.MULTILINE)
        ]
    assert missing == [], "run `npm run types` in web/ (CONTRIBUTING.md)"
