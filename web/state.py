"""What every request handler may use: set once by `create_app`, never changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import Flask, current_app

from cases.accounts import any_account
from graph.ledger import Ledger
from graph.view import View, Views

EXTENSION = "lianxin"


class Locked:
    """Whether everybody has to log in: from the first account on, and then for good, as accounts are never deleted."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._known = ledger, False

    def __call__(self) -> bool:
        self._known = self._known or any_account(self._ledger)
        return self._known


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts that a request needs. `today` is the only clock of days; in the `demo` anybody may log in as anybody.

    `locked`: whether everybody has to log in. `base_url`: the address under which phones reach this platform;
    `public_host`: the name in it, where whoever comes by it is not the operator at this machine. `secure`: cookies go
    over https alone. `demo_passwords`: of the demo's accounts, by their names.
    """

    ledger: Ledger
    views: Views
    today: Callable[[], date]
    division: str
    demo: bool
    locked: Callable[[], bool]
    base_url: str | None = None
    public_host: str | None = None
    secure: bool = False
    demo_passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    def view(self, known_at: int | None = None) -> View:
        """The state at a ledger position, the newest unless one is named. Raises NotKnown for a position to come."""
        return self.views.newest() if known_at is None else self.views.at(known_at)


def platform() -> Platform:
    """The platform of the running application."""
    return platform_of(current_app)


def platform_of(app: Flask) -> Platform:
    """The platform of an application."""
    found: Platform = app.extensions[EXTENSION]
    return found
