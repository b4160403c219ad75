"""Tokens 令牌: random text that opens something. Only its SHA-256 is kept.

Whoever reads the ledger opens nothing; and a token is looked up by its digest, so that the time of an answer tells
nothing about a token.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenKind:
    """A kind of token: so many random bytes as text, behind a prefix by which people know it."""

    size: int
    prefix: str = ""

    def draw(self) -> str:
        """A new one."""
        return self.prefix + secrets.token_urlsafe(self.size)

    def may_be(self, text: str) -> bool:
        """Whether a text has the form of one: else it need not be looked up."""
        characters = -(-self.size * 4 // 3)  # base64 without padding
        return re.fullmatch(f"{re.escape(self.prefix)}[A-Za-z0-9_-]{{{characters}}}", text) is not None


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
