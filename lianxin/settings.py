"""Settings: read once from the environment, frozen, passed down (never looked up again)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_LEDGER = "sqlite:///lianxin.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """What may differ between two installations.

    `ledger`: SQLAlchemy URL of the ledger (账本), from `LIANXIN_LEDGER`.
    `secret_key`: signs the session cookie, from `LIANXIN_SECRET_KEY`; None makes the server draw one at start,
    after which open browser tabs have to reload.
    `base_url`: the address under which phones reach this platform, from `LIANXIN_BASE_URL`; codes on notices hold it.
    `neo4j`: the Neo4j server that answers instead of the graph in memory, from `LIANXIN_NEO4J`, like
    neo4j://user:password@host:7687; never shown, as it holds a password.
    `mail`: the mail server of notices, from `LIANXIN_MAIL`, like smtp://user:password@host:587; never shown.
    `mail_from`: the sender of that mail, from `LIANXIN_MAIL_FROM`.
    `division`: the six-digit code of the district served, from `LIANXIN_DIVISION` (default 临平区 330113).
    """

    ledger: str = DEFAULT_LEDGER
    secret_key: str | None = None
    division: str = "330113"
    base_url: str | None = None
    neo4j: str | None = field(default=None, repr=False)
    mail: str | None = field(default=None, repr=False)
    mail_from: str | None = None


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from environment variables; an unset or empty variable leaves the default."""
    return Settings(
        ledger=environment.get("LIANXIN_LEDGER") or DEFAULT_LEDGER,
        secret_key=environment.get("LIANXIN_SECRET_KEY") or None,
        division=environment.get("LIANXIN_DIVISION") or "330113",
        base_url=environment.get("LIANXIN_BASE_URL") or None,
        neo4j=environment.get("LIANXIN_NEO4J") or None,
        mail=environment.get("LIANXIN_MAIL") or None,
        mail_from=environment.get("LIANXIN_MAIL_FROM") or None,
    )
