"""The definitions of this platform: every module here declares `DEFINITIONS`, the versions of one kind, newest last.

A new procedure is one more module; nothing else is touched.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from functools import cache

from cases.definition import Definition
from lianxin.errors import NotKnown


class Registry:
    """All definitions, by kind and version."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self._kinds: dict[str, dict[str, Definition]] = {}
        for each in definitions:
            versions = self._kinds.setdefault(each.kind, {})
            if each.version in versions:
                raise ValueError(f"{each.kind} has two definitions of the version {each.version}")
            versions[each.version] = each

    def kinds(self) -> Sequence[Definition]:
        """The newest definition of each kind, by kind."""
        return [list(versions.values())[-1] for _, versions in sorted(self._kinds.items())]

    def all(self) -> Sequence[Definition]:
        """Every version of every kind."""
        return [each for _, versions in sorted(self._kinds.items()) for each in versions.values()]

    def newest(self, kind: str) -> Definition:
        """Raises NotKnown."""
        if kind not in self._kinds:
            raise NotKnown("kind of case", "事项", kind[:64])
        return list(self._kinds[kind].values())[-1]

    def of(self, kind: str, version: str) -> Definition:
        """The one that a case was opened under. Raises NotKnown."""
        found = self._kinds.get(kind, {}).get(version)
        if found is None:
            raise NotKnown("version of a definition of cases", "事项定义的版本", f"{kind} {version}"[:80])
        return found


@cache
def registry() -> Registry:
    """What the modules of this package declare."""
    names = sorted(each.name for each in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return Registry(each for module in modules for each in module.DEFINITIONS)
