"""Do something when a module is imported, without importing it.

A finder at the front of `sys.meta_path` knows a few names; for any other it is one lookup in a dictionary. It finds
nothing itself: it asks the finders behind it, and has the loader they name call us after it ran the module. The loader
stays what it was but for that one call, so resources, sources and reloading work as ever. When no name is left to wait
for, the finder leaves.

The other way, looking into `sys.modules` at the first request, comes too late for clients and workers, which have none.
"""

import sys
import threading
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

Hook = Callable[[ModuleType], None]

_waiting: dict[str, Hook] = {}
_done: set[str] = set()
_lock = threading.Lock()


class _Finder(MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:  # fmt: skip
        if name not in _waiting:
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(name, path, target) if find is not None else None
            if spec is not None:
                _follow(spec)
                return spec
        return None


_finder = _Finder()


def when_imported(name: str, hook: Hook) -> None:
    """Call `hook` with the module: at once where it is imported already, else when it is. Once a process a name."""
    with _lock:
        if name in _done or name in _waiting:
            return
        module = sys.modules.get(name)
        if module is None:
            _waiting[name] = hook
            if _finder not in sys.meta_path:
                sys.meta_path.insert(0, _finder)
            return
        _done.add(name)
    hook(module)


def _follow(spec: ModuleSpec) -> None:
    """Have the spec's loader tell us when it has run the module. Loaders without attributes of their own do not."""
    loader, name = spec.loader, spec.name
    run = getattr(loader, "exec_module", None)
    if run is None or not hasattr(loader, "__dict__") or isinstance(loader, type):
        return

    def exec_module(module: ModuleType) -> None:
        loader.__dict__.pop("exec_module", None)
        run(module)
        _imported(name, module)

    loader.__dict__["exec_module"] = exec_module


def _imported(name: str, module: ModuleType) -> None:
    with _lock:
        hook = _waiting.pop(name, None)
        _done.add(name)
        if not _waiting and _finder in sys.meta_path:
            sys.meta_path.remove(_finder)
    if hook is not None:
        hook(module)
