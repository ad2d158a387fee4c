"""The crash-report dialog: a page asks its user what happened, and posts the answer as a user report.

Called by the SDKs' `showReportDialog`: `GET /api/embed/error-page/?dsn=…&eventId=…` is its script, `POST` what the user
wrote, a form of `name`, `email` and `comments`. A refused form answers 400 with `errors` by field, shown beside them.
https://docs.sentry.io/platforms/javascript/user-feedback/configuration/#crash-report-modal
"""

import re
from collections.abc import Mapping
from importlib.resources import files
from urllib.parse import urlsplit

from vedette.server.http.errors import BadRequest
from vedette.server.protocols.sentry.shapes import hex_id

DIALOG = files(__package__).joinpath("dialog.js").read_bytes()
# A page asks for it each time it shows the dialog, with an address of its own; what it is never differs.
DIALOG_HEADERS = (("cache-control", "no-store"), ("x-content-type-options", "nosniff"))
MOST = {"name": 200, "email": 200, "comments": 8192}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def event_asked(query: Mapping[str, str]) -> tuple[int | None, str]:
    """The project and the event that a dialog is for; None leaves the project to the key. Raises BadRequest."""
    event_id = hex_id(query.get("eventId"), 32)
    if not event_id:
        raise BadRequest("eventId is not an event's id", hint="32 hex digits, as captureException returns them")
    dsn = query.get("dsn", "")
    if not dsn:
        return None, event_id
    try:
        number = urlsplit(dsn).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        number = ""
    if not re.fullmatch(r"[0-9]{1,18}", number):
        raise BadRequest("dsn is not a DSN", hint="like https://KEY@host/1")
    return int(number), event_id


def form_errors(form: Mapping[str, str]) -> dict[str, list[str]]:
    """What is wrong with what the user wrote, by field. Whoever wants no answer may leave name and email out."""
    errors = {
        name: [f"at most {most:,} characters"] for name, most in MOST.items() if len(form.get(name, "").strip()) > most
    }
    if not form.get("comments", "").strip():
        errors["comments"] = ["this field is required"]
    email = form.get("email", "").strip()
    if email and not EMAIL.fullmatch(email):
        errors["email"] = ["this is no e-mail address"]
    return errors
