"""Passwords 密码: kept as argon2id hashes, checked in the same time whether there is such an account or not."""

import unicodedata
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lianxin.errors import BadQuestion

SHORTEST: Final = 12  # characters
LONGEST: Final = 256  # what is longer is no password, and would be work for nothing
_AT_ONCE: Final = 2  # each check takes 64 MB: so many run at a time, the others wait


class Passwords:
    """Hashes and checks passwords. `cheap`: for tests alone, where hundreds of them are checked."""

    def __init__(self, *, cheap: bool = False) -> None:
        # The library's own values otherwise: those of RFC 9106 for machines with little memory.
        self._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if cheap else PasswordHasher()
        self._turns = BoundedSemaphore(_AT_ONCE)
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The hash to keep. Raises BadQuestion for a password that is too short or too long."""
        check(password)
        with self._turns:
            return self._hasher.hash(_bytes(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one of a kept hash; None, for a name that nobody bears, takes as long."""
        with self._turns:
            try:
                return self._hasher.verify(kept or self._nobody, _bytes(password)) and kept is not None
            except (VerificationError, InvalidHashError):
                return False


def check(password: str) -> None:
    """Raises BadQuestion, which never repeats the password."""
    length = len(plain(password))
    if length < SHORTEST:
        raise BadQuestion(f"a password has at least {SHORTEST} characters", f"密码至少 {SHORTEST} 个字符")
    if length > LONGEST:
        raise BadQuestion(f"a password has at most {LONGEST} characters", f"密码最多 {LONGEST} 个字符")


def _bytes(password: str) -> bytes:
    """What is hashed: of a text that is too long for a password no more than shows that it is."""
    return plain(password)[: LONGEST + 1].encode("utf-8", "surrogatepass")


def plain(password: str) -> str:
    """One spelling: full width as half width, so that it does not matter how a keyboard is set."""
    return unicodedata.normalize("NFKC", password)
