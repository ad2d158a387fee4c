"""What exporters read from the environment, and how they say that something is missing. No message has a key in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from vedette.sdk.delivery.lane import Signal


class SettingError(ValueError):
    """An exporter cannot be made of the settings there are. `setting` is the variable to look at."""

    def __init__(self, setting: str, message: str) -> None:
        super().__init__(f"{setting} {message}")
        self.setting = setting


class MissingSetting(SettingError):
    """A setting that an exporter cannot do without."""

    def __init__(self, setting: str, what: str) -> None:
        super().__init__(setting, f"is not set: {what}")


class InvalidSetting(SettingError):
    """A setting whose value cannot be used."""


def required(env: Mapping[str, str], names: str | tuple[str, ...], what: str) -> str:
    """The first of the variables that is set. Raises MissingSetting naming the first."""
    choices = (names,) if isinstance(names, str) else names
    value = next((env[name].strip() for name in choices if env.get(name, "").strip()), "")
    if not value:
        raise MissingSetting(choices[0], what)
    return value


def base_url(value: str, setting: str) -> str:
    """A URL without the slash at its end; a host alone gets `https://`."""
    url = (value if "://" in value else f"https://{value}").strip().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidSetting(setting, "is not an http(s) URL")
    return url


def chosen_signals(env: Mapping[str, str], name: str, offered: Iterable[Signal]) -> frozenset[Signal]:
    """Which signals go to a target: `VEDETTE_SENTRY_SIGNALS=errors,traces`; unset, the exporter's own choice."""
    setting = f"VEDETTE_{name.upper()}_SIGNALS"
    names = [part.strip().lower() for part in env.get(setting, "").split(",") if part.strip()]
    unknown = sorted(set(names) - set(Signal))
    if unknown:
        raise InvalidSetting(setting, f"has {', '.join(unknown)}; known are {', '.join(Signal)}")
    return frozenset(map(Signal, names)) or frozenset(offered)


@dataclass(frozen=True)
class Dsn:
    """Where a project is and its public key, in the form Sentry gave it: `https://KEY@host[:port][/path]/PROJECT`."""

    key: str = field(repr=False)
    base: str  # scheme, host, port and path: "https://host:port/path"
    project: str

    @classmethod
    def parse(cls, text: str, setting: str) -> "Dsn":
        """Raises InvalidSetting, which does not repeat the text: it has a key in it."""
        try:
            parts = urlsplit(text.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
            parts = urlsplit("")
        path, _, project = parts.path.rstrip("/").rpartition("/")
        if parts.scheme not in ("http", "https") or not parts.username or not host or not project:
            raise InvalidSetting(setting, "is not of the form https://KEY@host/PROJECT")
        shown = f"[{host}]" if ":" in host else host
        return cls(parts.username, f"{parts.scheme}://{shown}{f':{port}' if port else ''}{path}", project)
