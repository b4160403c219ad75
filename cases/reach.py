"""范围 How far somebody reaches: all records, those of one enterprise, or those that certain authorities made.

What lies outside is refused in the same words, whether it exists or not.
"""

from dataclasses import dataclass
from typing import Final

from lianxin.errors import LianxinError, OutOfScope


@dataclass(frozen=True, slots=True)
class Reach:
    """范围. `enterprise`: the key of the only one whose records are reached; `authorities`: those whose records are,
    as registers name them. None: it sets no limit."""

    enterprise: str | None = None
    authorities: frozenset[str] | None = None

    @property
    def limited(self) -> bool:
        return self.enterprise is not None or self.authorities is not None

    def owns(self, enterprise: str | None) -> bool:
        """Whether what is about an enterprise is reached."""
        return self.enterprise is None or enterprise == self.enterprise

    def recognises(self, authority: str | None) -> bool:
        """Whether the records that an authority made are reached."""
        return self.authorities is None or authority in self.authorities

    def refusal(self, error: LianxinError) -> LianxinError:
        """What is said of a thing that is not there: within limits the same as of a thing beyond them."""
        return OutOfScope() if self.limited else error


EVERYTHING: Final = Reach()
