"""Personal data 个人信息 in source files: what of a cell a refusal may show, and what is masked in free text.

Registers of penalties and listings carry names, numbers of documents and telephones of natural persons in columns of
their own, in free text, and, where a row is shifted, anywhere. None of it may reach the ledger, a load report, an
error or a log. So a refusal shows a value only where its form rules a person out; everything else is withheld.
"""

import re
import unicodedata
from collections.abc import Iterable

from graph.ontology import Unknown, chinese

WITHHELD = f"（{chinese(Unknown.WITHHELD)}）"
MASK = "＊＊"

_DATED = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"  # month and day inside an identity number
_IDENTITY = re.compile(  # 公民身份号码 (GB 11643): 18 characters with the year of birth, or the older 15 digits
    rf"[1-9][0-9]{{5}}(?:19|20)[0-9]{{2}}{_DATED}[0-9]{{3}}[0-9Xx]|[1-9][0-9]{{5}}[0-9]{{2}}{_DATED}[0-9]{{3}}"
)
_TELLING = re.compile(
    rf"(?<![0-9])(?:{_IDENTITY.pattern})(?![0-9Xx])"
    r"|(?<![0-9A-Z])[1-8][0-9]{16}[0-9Xx](?![0-9A-Za-z])"  # an identity number with a slip in the day of birth
    r"|(?<![0-9])1[3-9][0-9]{9}(?![0-9])"  # mobile telephone
    r"|[\w.+-]+@[\w-]+\.[\w.]+"  # mail
)
_HARMLESS = re.compile(  # a day, with its time, or an amount
    r"[0-9年月日时分秒万亿元\s/\-.:,+()]*(?:(?<=[0-9])(?:T[0-9:.+Z-]*|[eE][0-9]{1,2}))?"
)
_LONG = re.compile(r"[0-9]{15}")  # no day or amount has so many digits in a row, an identity number has
_CODE = re.compile(r"9[0-9A-Z]{17}|(?=[0-9]*[A-Z])[0-9A-Z]{17}[0-9]")
"""Social credit codes: of market entities, or with a letter before the end. Passports and permits are shorter."""

_SHORTEST_NAME = 2  # characters: one alone is a common word


def is_identity_number(text: str) -> bool:
    """Whether a text is the number of an identity card, by its form: district, day of birth, sequence."""
    return _IDENTITY.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def shown(value: str) -> str:
    """A value as a refusal may show it: days, amounts and codes of firms as they are, all else withheld."""
    text = unicodedata.normalize("NFKC", value).strip()
    if _TELLING.search(text):
        return WITHHELD
    plain = _HARMLESS.fullmatch(text) and not _LONG.search(text)
    return value if plain or _CODE.fullmatch(text) else WITHHELD


def masked(text: str, known: Iterable[str]) -> str:
    """Free text without the personal data that can be told: what stands in the row's own personal cells (`known`),
    identity numbers, telephones and mail addresses."""
    for secret in sorted({k for k in known if len(k) >= _SHORTEST_NAME}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _TELLING.sub(MASK, text)
