"""Libraries are patched when they are imported, and not imported for it. In processes of their own."""

import subprocess
import sys
import textwrap
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType

import pytest

from vedette.sdk.integrations import INTEGRATIONS
from vedette.sdk.integrations.imports import when_imported
from vedette.testing import capture


def run(code: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin", **env},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_init_imports_no_framework() -> None:
    loaded = run("""
        import sys, vedette
        vedette.init(export=["console"], log_format="off", spool="")
        print(sorted({"starlette", "fastapi", "django", "flask", "httpx", "requests", "sqlalchemy", "redis", "celery"}
                     & set(sys.modules)))
    """)
    assert loaded == "[]"


@pytest.mark.parametrize("first", ["init", "import"])
def test_before_or_after_the_import(first: str) -> None:
    lines = [
        "import vedette; vedette.init(log_format='off')",
        "import fastapi, flask, httpx, requests, django.core.wsgi",
    ]
    told = run(
        "\n".join(lines if first == "init" else lines[::-1] + lines[:1])
        + textwrap.dedent("""
        vedette.init(log_format='off', service="again")
        from django.core.handlers.wsgi import WSGIHandler
        import inspect, starlette.routing, fastapi.routing, starlette.middleware.exceptions as middleware
        from fastapi import FastAPI
        places = [FastAPI.__call__, flask.Flask.__call__, WSGIHandler.__call__, httpx.Client._send_single_request,
                  requests.adapters.HTTPAdapter.send, starlette.routing.wrap_app_handling_exceptions,
                  fastapi.routing.wrap_app_handling_exceptions, middleware.wrap_app_handling_exceptions]
        print([getattr(place.__wrapped__, "__wrapped__", None) for place in places], vedette.health().failures)
        print(inspect.getsource(httpx).startswith("from"), httpx.__spec__.loader.get_filename() == httpx.__file__)
    """)
    )
    assert told.splitlines() == [f"{[None] * 8} {{}}", "True True"]


def test_a_module_is_waited_for_until_it_can_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.syspath_prepend(str(tmp_path))
    called: list[ModuleType] = []
    when_imported("vedette_waited_for", called.append)
    when_imported("vedette_waited_for", called.append)
    with pytest.raises(ModuleNotFoundError):
        import_module("vedette_waited_for")
    (tmp_path / "vedette_waited_for.py").write_text("raise RuntimeError('not yet')")
    invalidate_caches()
    with pytest.raises(RuntimeError):
        import_module("vedette_waited_for")
    assert called == []
    (tmp_path / "vedette_waited_for.py").write_text("name = 'is there at last'")
    invalidate_caches()
    module = import_module("vedette_waited_for")
    assert [each.name for each in called] == ["is there at last"]
    when_imported("vedette_waited_for", called.append)
    assert called == [module], "once a process"


def test_an_unknown_name_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING", "vedette"), capture(integrations=("fastapi", "fastapy")):
        pass
    assert "there is no integration 'fastapy'; known are " + ", ".join(INTEGRATIONS) in caplog.text
