"""Take secrets out of what is about to be sent or stored. Pure, no dependencies; works on decoded JSON, in place.

Two kinds of rules: by key (`password`, `api_key`, …: the whole value goes) and by value (Bearer tokens, card numbers,
private keys, …: only the secret goes). Keys are split into words, so `author` and `token_count` stay. What records are
found and joined by (`IDS`) is never changed.

Values are searched only when a cheap look says that something could be found, and only those not seen before: most
strings of an event (source lines, file names, headers) come again and again. That makes 0.1 ms of 1.5 ms an event.
"""

import re
from collections.abc import Callable, Set
from itertools import pairwise
from typing import Any

FILTERED = "[Filtered]"
MAX_DEPTH = 100  # the encoder stops at 254; nothing meant for people nests this deep
TOO_DEEP = "[too deep]"
MOST_ROUNDS = 8  # with one secret gone, the next may stand alone: `AKIA…ghp_…`


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# One of these words anywhere in a key makes its value a secret …
ANYWHERE = _words(
    "password passwd pwd passphrase passcode secret secrets credential credentials authorization privatekey apikey "
    "apitoken accesstoken authtoken refreshtoken csrftoken xsrftoken secretkey accesskey mysqlpwd stripetoken "
    "setcookie sessionid sessid phpsessid jsessionid"
)
# … these only as the last word (`auth_token`, `X-CSRF`), for `token_count` and `session_duration` are harmless …
LAST = _words("token auth cookie cookies csrf xsrf jwt session ssn")
# … and these pairs of neighbours.
PAIRS = frozenset(("api key", "private key", "access key", "auth key", "encryption key", "signing key", "mysql pwd"))
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# Maps whose keys are names of things, not of fields.
OPAQUE = frozenset(("modules", "sdk", "debug_meta"))
# What joins the records of all signals: changed in one of them, it would join nothing any more.
IDS = _words(
    "trace_id span_id parent_span_id event_id replay_id session_id user_id distinct_id window_id uuid "
    "session.id user.id enduser.id sessionId userId posthogSessionId posthogDistinctId sentry.trace.parent_span_id "
    "$session_id $window_id $user_id $device_id $distinct_id $anon_distinct_id $trace_id $span_id $group_key alias"
)
# Fields that may hold a URL-encoded form.
FORMS = frozenset(("query_string", "data", "body", "url.query"))
# Under these an object holds fields with names of their own.
GROUPS = frozenset(("session", "auth", "token"))

URL_PARAMETER = (
    r"(?:access_?token|refresh_?token|id_?token|auth_?token|token|api_?key|key|password|passwd|pwd|secret|client_secret"
    r"|signature|sig|credentials?|jwt|session_?id)"
)
# Every pattern is linear in the length of the text: a match can only start where the last attempt did not look.
# All are about ASCII: no secret is written in other digits or letters, and `\w` of bytes means the same.
VALUES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.A | re.S), new)
    for pattern, new in (
        (r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", FILTERED),
        (r"(?<![\w-])eyJ[\w-]{5,}+\.eyJ[\w-]{5,}(?:\.[\w-]*)?", FILTERED),
        (r"(?i)\b(bearer\s+)(?=[^\s\"',;]*\d)[\w.~+/=-]{8,}", rf"\1{FILTERED}"),
        (r"(?i)(authorization['\"]?\s*[:=]\s*['\"]?basic\s+)[\w+/=-]{4,}", rf"\1{FILTERED}"),
        (r"(://[^/\s:@?#'\"]*:)[^/\s@?#'\"]+(?=@)", rf"\1{FILTERED}"),
        (rf"(?i)([?&]{URL_PARAMETER}=)[^&\s\"'#]+", rf"\1{FILTERED}"),
        (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", FILTERED),
        (r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,}|glpat-[\w-]{20,})", FILTERED),
        (r"\bxox[abeoprs]-[\w-]{10,}|(?<=hooks\.slack\.com/services/)[\w/]+", FILTERED),
        (r"\b(?:[sr]k_(?:live|test)_|whsec_)\w{10,}", FILTERED),
        (r"\bAIza[\w-]{35}|\bGOCSPX-[\w-]{20,}|\bya29\.[\w-]{20,}", FILTERED),
        (r"(?i)\b((?:AccountKey|SharedAccessKey)=)[\w+/=]{20,}", rf"\1{FILTERED}"),
        (r"(?<=/api/webhooks/)\d+/[\w-]{20,}|(?<=webhook\.office\.com/)[\w@/-]{20,}", FILTERED),
        (r"\b\d{8,10}:AA[\w-]{33}(?![\w-])", FILTERED),  # Telegram
        (r"\bSG\.[\w-]{16,32}\.[\w-]{16,64}(?![\w-])", FILTERED),  # SendGrid
        (r"\b(?:npm_[A-Za-z0-9]{30,}|pypi-AgE[\w-]{30,}|hf_[A-Za-z0-9]{30,}|dop_v1_[0-9a-f]{30,})", FILTERED),
        (r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{30,}|\bsk-(?=[A-Za-z_-]*\d)[\w-]{20,}", FILTERED),
    )
)
FORM_FIELD = re.compile(rf"(?i)((?:^|&)\??{URL_PARAMETER}=)[^&\s]+", re.A)
# A name in quotes before a colon: JSON, or Python's repr of a dict, kept as text, in text that is itself quoted, too.
KEY_IN_TEXT = r"(\\{0,7}[\"'])([^\"'\\\x00-\x1f]{1,200})\1\s*:\s*"
QUOTED_KEY, QUOTED_KEY_BYTES = re.compile(KEY_IN_TEXT, re.A), re.compile(KEY_IN_TEXT.replace("200", "800").encode())
# What such a name may be followed by: text in quotes, up to their end or that of the line, a number, an object or list.
QUOTED_VALUE = re.compile(
    r"(?P<open>b?\")(?:[^\"\\\n]++|\\.)++|(?P<open_single>b?')(?:[^'\\\n]++|\\.)++"
    r"|(?P<open_escaped>\\{1,7}[\"'])(?!(?P=open_escaped))[^\n]+?(?=(?<!\\)(?P=open_escaped)|\n|\Z)|-?\d[\w.+-]*"
    r"|\{(?=[^}\s])(?:[^{}\n]++|\{[^{}\n]*+\})*+\}?|\[(?=[^\]\s])(?:[^\[\]\n]++|\[[^\[\]\n]*+\])*+\]?",
    re.A | re.S,
)
# PostHog's elements, as one text: `a.button:attr__data-token="…"text="Sign up"`.
ELEMENT_ATTRIBUTE = re.compile(r"(?<=attr__)([\w:.-]{1,200})=\"(?:[^\"\\]++|\\.)++", re.A | re.S)
# Groups as printed on cards; a run of digits that is part of something longer is none.
CARD = re.compile(
    r"(?<![\w.-])(?:(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|6(?:011|5\d{2}))([ -]?)\d{4}\1\d{4}\1\d{4}"
    r"|3[47]\d{2}([ -]?)\d{6}\2\d{5})"
    r"(?![\w-]|\.\d)",
    re.A,
)
# A substring that must be there for a rule above to find anything.
HINTS: tuple[bytes, ...] = (b"-----BEGIN", b"eyJ", b"AKIA", b"ASIA", b"github_pat_", b"glpat-", b"xox", b"k_live_")
HINTS += (b"hooks.slack.com", b"k_test_", b"whsec_", b"AIza", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_")
HINTS += (b"GOCSPX-", b"ya29.", b"/api/webhooks/", b"webhook.office.com/", b":AA", b"SG.", b"npm_", b"pypi-", b"hf_")
HINTS += (b"dop_v1_", b"shp", b"sk-", b"attr__")
HINTS_ANY_CASE = (b"bearer", b"basic", b"accountkey=", b"sharedaccesskey=")
HINTS_IN_QUERY: tuple[bytes, ...] = (b"token=", b"key=", b"password=", b"passwd=", b"pwd=", b"secret=", b"sig=")
HINTS_IN_QUERY += (b"signature=", b"jwt=", b"credential", b"session_id=", b"sessionid=")
DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
SHORTEST_CARD = b"0" * 15
URL_PASSWORD = re.compile(rb"://[^/\s:@?#'\"]*:[^/\s@?#'\"]+@")

NO_KEYS: Set[str] = frozenset()
_secret_keys: dict[str, bool] = {}
_clean: set[str] = set()


def is_secret_key(key: Any) -> bool:
    """Whether a value under this key is a secret by its name alone."""
    known = _secret_keys.get(key)
    if known is None:
        if len(_secret_keys) > 20_000:  # keys are client input: bound the memory
            _secret_keys.clear()
        known = _secret_keys[key] = _judge_key(str(key))
    return known


def _judge_key(key: str) -> bool:
    words = [word.lower() for word in WORD.findall(key[:200])]
    if not words or min(key) < " ":  # with control characters it is no name
        return False
    if words[-1] in LAST or not ANYWHERE.isdisjoint(words):
        return True
    return any(f"{first} {second}" in PAIRS for first, second in pairwise(words))


def may_hold_secrets(text: bytes) -> bool:
    """A cheap look at any amount of text: False means that no value rule can match anywhere in it."""
    if any(hint in text for hint in HINTS):
        return True
    if SHORTEST_CARD in text.translate(DIGITS_TO_ZERO, b" -"):
        return True
    lower = text.lower()
    if any(hint in lower for hint in HINTS_ANY_CASE):
        return True
    if (b"?" in text or b"&" in text or b"=" in text) and any(hint in lower for hint in HINTS_IN_QUERY):
        return True
    if b":" in text and any(
        is_secret_key(match[2].decode("utf-8", "replace")) for match in QUOTED_KEY_BYTES.finditer(text)
    ):
        return True
    return b"@" in text and b"://" in text and URL_PASSWORD.search(text) is not None


def scrub(value: Any, safe_keys: Set[str] = NO_KEYS) -> Any:
    """Replace secrets in a decoded JSON value, in place, and return it. Cuts what nests deeper than MAX_DEPTH.

    Under `safe_keys` (lower case, without `-` and `_`) values are searched, but not taken away for their name.
    """
    return scrub_and_count(value, safe_keys)[0]


def scrub_and_count(value: Any, safe_keys: Set[str] = NO_KEYS) -> tuple[Any, int]:
    """As `scrub`, and how many values were changed."""
    if isinstance(value, str):
        text = scrub_text(value, safe_keys)
        return text, int(text != value)
    count = 0
    if isinstance(value, (dict, list)):
        unseen: list[str] = []
        count = _scrub_container(value, unseen, MAX_DEPTH, safe_keys)
        if may_hold_secrets("\n".join(unseen).encode("utf-8", "replace")):
            count += _scrub_container(value, None, MAX_DEPTH, safe_keys)
        else:
            if len(_clean) > 20_000:
                _clean.clear()
            _clean.update(text for text in unseen if len(text) <= 200)
    return value, count


def _scrub_container(
    container: dict[Any, Any] | list[Any], unseen: list[str] | None, depth: int, safe_keys: Set[str]
) -> int:
    """Filter by key; strings not seen before are gathered in `unseen`, or searched when that is None."""
    if isinstance(container, dict):
        return _scrub_object(container, unseen, depth, safe_keys)
    count = 0
    if len(container) == 2 and _is_secret_pair(container) and not _is_safe(container[0], safe_keys):
        count += container[1] != FILTERED
        container[1] = FILTERED
    for position, value in enumerate(container):
        kind = type(value)
        if kind is str:
            if unseen is not None:
                if value not in _clean:
                    unseen.append(value)
            elif (text := scrub_text(value, safe_keys)) != value:
                container[position] = text
                count += 1
        elif (kind is dict or kind is list) and value:
            if depth:
                count += _scrub_container(value, unseen, depth - 1, safe_keys)
            else:
                container[position] = TOO_DEEP
    return count


def _scrub_object(container: dict[Any, Any], unseen: list[str] | None, depth: int, safe_keys: Set[str]) -> int:
    # The hottest loop of the protocol (400 values an event): type() instead of isinstance, no call for a leaf.
    count = 0
    for key, value in container.items():  # only values are replaced, so the iteration stays valid
        kind = type(value)
        secret = _secret_keys[key] if key in _secret_keys else is_secret_key(key)
        if secret and not (kind is dict and key in GROUPS) and not (safe_keys and _is_safe(key, safe_keys)):
            count += _filter_entry(container, key, value)
        elif kind is str:
            if key in IDS:
                continue
            if unseen is not None:
                if value not in _clean:
                    unseen.append(value)
            elif (text := _scrub_field(key, value, safe_keys)) != value:
                container[key] = text
                count += 1
        elif (kind is dict or kind is list) and value and key not in OPAQUE:
            if depth:
                count += _scrub_container(value, unseen, depth - 1, safe_keys)
            else:
                container[key] = TOO_DEEP
    return count


def _is_safe(key: Any, safe_keys: Set[str]) -> bool:
    return str(key).lower().replace("-", "").replace("_", "") in safe_keys


def _is_secret_pair(pair: list[Any]) -> bool:
    """Headers and tags also come as `[name, value]`."""
    name, value = pair
    return type(name) is str and type(value) is str and is_secret_key(name) and FILTERED not in name


def _scrub_field(key: Any, text: str, safe_keys: Set[str]) -> str:
    text = scrub_text(text, safe_keys)
    return FORM_FIELD.sub(rf"\1{FILTERED}", text) if key in FORMS else text


def _filter_entry(container: dict[Any, Any], key: Any, value: Any) -> int:
    if value is None or type(value) is bool:
        return 0
    container[key] = _filter_all(value)
    return int(container[key] != value)


def _filter_all(value: Any) -> Any:
    """The names inside a secret may help (which cookies were set); the values go."""
    if type(value) is dict:
        return {key: None if entry is None else FILTERED for key, entry in value.items()}
    return FILTERED


def scrub_text(text: str, safe_keys: Set[str] = NO_KEYS) -> str:
    """Replace the secrets in one string; equal to the input when there are none."""
    if len(text) < 8 or text in _clean:
        return text
    for _ in range(MOST_ROUNDS):
        before, text = text, _scrub_once(text, safe_keys)
        if text == before:
            break
    return text


def _scrub_once(text: str, safe_keys: Set[str]) -> str:
    for pattern, replacement in VALUES:
        text = pattern.sub(replacement, text)
    if ":" in text:
        text = scrub_quoted(text, lambda key: is_secret_key(key) and not _is_safe(key, safe_keys))
    if "attr__" in text:
        text = ELEMENT_ATTRIBUTE.sub(_element_attribute, text)
    return CARD.sub(_card, text)


def scrub_quoted(
    text: str, is_secret: Callable[[str], bool] = is_secret_key, value_pattern: re.Pattern[str] = QUOTED_VALUE
) -> str:
    """Take away what stands behind a secret's name in quotes. Other values are looked into: they may be JSON, too."""
    parts: list[str] = []
    end = 0
    for key in QUOTED_KEY.finditer(text):
        if key.start() < end or not is_secret(key[2]):
            continue
        value = value_pattern.match(text, key.end())
        if value is None or (value[0][0] == "{" and key[2] in GROUPS):
            continue
        opening = value[value.lastgroup] if value.lastgroup else ""
        parts += (text[end : key.end()], opening or key[1], FILTERED, "" if opening else key[1])
        end = value.end()
    return "".join((*parts, text[end:])) if parts else text


def _element_attribute(match: re.Match[str]) -> str:
    return f'{match[1]}="{FILTERED}' if is_secret_key(match[1]) else match[0]


def _card(match: re.Match[str]) -> str:
    """Only what passes the check digit (Luhn) is a card number."""
    digits = [int(character) for character in reversed(match[0]) if character.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return FILTERED if (sum(digits[::2]) + sum(doubled)) % 10 == 0 else match[0]
