"""What every request handler may use: set once by `create_app`, never changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import Flask, current_app

from graph.ledger import Ledger
from graph.view import View, Views

EXTENSION = "lianxin"


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts that a request needs. `today` is the only clock; `demo` allows the choice of a role.

    `base_url`: the address under which phones reach this platform; `public_host`: the name in it, where whoever comes
    by it is not the operator at this machine.
    """

    ledger: Ledger
    views: Views
    today: Callable[[], date]
    division: str
    demo: bool
    base_url: str | None = None
    public_host: str | None = None

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
