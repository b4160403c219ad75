"""What every request handler may use: set once by `create_app`, never changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import current_app

from graph.ledger import Ledger
from graph.memory_build import MemoryViews

EXTENSION = "lianxin"


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts that a request needs. `today` is the only clock; `demo` allows the choice of a role.

    `base_url`: the address under which phones reach this platform; `public_host`: the name in it, where whoever comes
    by it is not the operator at this machine.
    """

    ledger: Ledger
    views: MemoryViews
    today: Callable[[], date]
    division: str
    demo: bool
    base_url: str | None = None
    public_host: str | None = None


def platform() -> Platform:
    """The platform of the running application."""
    found: Platform = current_app.extensions[EXTENSION]
    return found
