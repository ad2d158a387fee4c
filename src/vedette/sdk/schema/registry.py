"""Which events an application declares, and what is wrong with how."""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from vedette.sdk.schema.checks import Unfit
from vedette.sdk.schema.declaration import Declaration, naming_problems
from vedette.sdk.schema.event import MISSING, Event, declaration_of, declared, plan_of
from vedette.sdk.schema.shapes import DeclarationError


class NothingDeclared(Exception):
    """No module to look in, or none that can be imported; says what to do."""


def load(modules: Sequence[str], directory: Path) -> list[type[Event]]:
    """Import the modules (else those of `[tool.vedette] events` in pyproject.toml) and find their events.

    An event counts when the application declares it, or imports it from `vedette.events`.
    Raises NothingDeclared.
    """
    modules = modules or _configured(directory)
    if not modules:
        raise NothingDeclared('name the modules that declare events, or list them in pyproject.toml:\n\n[tool.vedette]\nevents = ["app.events"]')  # fmt: skip  # noqa: E501
    for path in (directory / "src", directory):
        if path.is_dir() and str(path) not in sys.path:
            sys.path.insert(0, str(path))
    for name in modules:
        try:
            import_module(name)
        except Exception as error:  # whatever the application raises when it is imported
            raise NothingDeclared(f"cannot import {name}: {type(error).__name__}: {error}") from error
    return sorted(found(modules), key=lambda cls: (cls.__meta__.name, cls.__meta__.version, cls.__qualname__))


def found(modules: Iterable[str]) -> list[type[Event]]:
    """The events that these modules and their packages declare or import, of those in this process."""
    packages = {name.partition(".")[0] for name in modules}
    own = [cls for cls in declared.values() if cls.__module__.partition(".")[0] in packages]
    used = [
        value
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in packages
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Event) and value in declared.values()
    ]
    return list(dict.fromkeys([*own, *used]))


def _configured(directory: Path) -> list[str]:
    file = directory / "pyproject.toml"
    if not file.exists():
        return []
    try:
        table: Any = tomllib.loads(file.read_text()).get("tool", {}).get("vedette", {})
        return [str(name) for name in table.get("events", [])]
    except (tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
        raise NothingDeclared(f"{file} does not read: {error}") from error


def declarations(classes: Sequence[type[Event]]) -> tuple[list[Declaration], list[str], list[str]]:
    """What the classes declare, with (errors, warnings) about it. What cannot be read is an error, and left out."""
    read: list[Declaration] = []
    errors: list[str] = []
    warnings: list[str] = []
    for cls in classes:
        try:
            one = declaration_of(cls)
        except DeclarationError as error:
            errors.append(f"{cls.__meta__.name}: {error}")
            continue
        read.append(one)
        bad, odd = naming_problems(one)
        errors += [f"{one.name}: {text}" for text in [*bad, *_bad_defaults(cls)]]
        warnings += [f"{one.name}: {text}" for text in odd]
    counts = Counter((one.name, one.version) for one in read)
    errors += [f"{name}: version {version} is declared {n} times" for (name, version), n in counts.items() if n > 1]
    names = {one.name for one in read}
    warnings += [
        f"{one.name}: its replacement {one.replacement} is not declared"
        for one in read
        if one.replacement and one.replacement not in names
    ]
    return read, errors, warnings


def _bad_defaults(cls: type[Event]) -> list[str]:
    problems = []
    for member in plan_of(cls).members:
        try:
            if member.default is not MISSING:
                member.put({}, member.default)
        except Unfit as unfit:
            problems.append(f"the default of {member.name} is not as declared: {unfit.detail}")
    return problems
