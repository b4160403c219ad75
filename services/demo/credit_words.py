"""The vocabulary of penalties and listings of the demo district, read strictly from `credit.yaml`."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Self

import yaml
from pydantic import model_validator

from services.demo.vocabulary import Words

Range = tuple[int, int]


class OffenceWords(Words):
    """违法行为 `kinds`: weights; `fine` and `gain` (confiscated): lowest and highest in hundreds of yuan."""

    offence: str
    facts: str
    grounds: str
    kinds: Mapping[str, int]
    fine: Range | None = None
    gain: Range | None = None


class AuthorityWords(Words):
    """处罚机关 `number` makes its code, `document` opens the numbers of its decisions."""

    name: str
    number: int
    document: str
    weight: int
    offences: tuple[OffenceWords, ...]


class AbnormalWords(Words):
    """列入经营异常名录原因."""

    code: str
    reason: str
    weight: int
    cured: str


class SeriousWords(Words):
    """严重失信主体名单 and a reason for being on it."""

    list: str
    authority: int
    reason: str
    weight: int


class PlantedPenalty(Words):
    """A planted penalty, against an enterprise of `planted.yaml` or a sole trader. Amounts in yuan."""

    enterprise: str | None = None
    name: str | None = None
    code: bool = True
    sole_trader: str | None = None
    operator: str = ""
    authority: int
    number: int
    decided_on: date
    offence: str
    facts: str
    grounds: str
    kinds: str
    fine: int | None = None
    gain: int | None = None

    @model_validator(mode="after")
    def _one_party(self) -> Self:
        if (self.enterprise is None) == (self.sole_trader is None):
            raise ValueError("a planted penalty is against an enterprise or against a sole trader")
        return self


class CreditWords(Words):
    """Everything of `credit.yaml`."""

    authorities: tuple[AuthorityWords, ...]
    abnormal: tuple[AbnormalWords, ...]
    serious: tuple[SeriousWords, ...]
    planted: tuple[PlantedPenalty, ...]

    def authority(self, number: int) -> AuthorityWords:
        """An authority by its number."""
        return next(each for each in self.authorities if each.number == number)


@cache
def read_credit_words() -> CreditWords:
    """Read and check the file; it is read once."""
    text = files(__package__).joinpath("credit.yaml").read_text(encoding="utf-8")
    return CreditWords.model_validate(yaml.safe_load(text))
