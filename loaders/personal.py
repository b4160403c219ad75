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
    rf"(?<![0-9])(?:[1-9][0-9]{{5}}(?:19|20)[0-9]{{2}}{_DATED}[0-9]{{3}}[0-9Xx]"
    rf"|[1-9][0-9]{{5}}[0-9]{{2}}{_DATED}[0-9]{{3}})(?![0-9Xx])"
)
_OTHERS = re.compile(
    r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])"  # mobile telephone
    r"|[\w.+-]+@[\w-]+\.[\w.]+"  # mail
)
_HARMLESS = re.compile(r"[0-9年月日时分秒万亿元\s/\-.:,+()]*(?:[TZeE][0-9:.+Z-]*)?")  # a day, an amount
_CODE = re.compile(r"[0-9A-Z]*[0-9][0-9A-Z]*")  # a registration code
_SHORTEST_NAME = 2  # characters: one alone is a common word


def is_identity_number(text: str) -> bool:
    """Whether a text is the number of an identity card, by its form: district, day of birth, sequence."""
    return _IDENTITY.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def shown(value: str) -> str:
    """A value as a refusal may show it: days, amounts and codes as they are, all else withheld."""
    text = unicodedata.normalize("NFKC", value).strip()
    if _IDENTITY.search(text) or _OTHERS.search(text):
        return WITHHELD
    return value if _HARMLESS.fullmatch(text) or _CODE.fullmatch(text) else WITHHELD


def masked(text: str, known: Iterable[str]) -> str:
    """Free text without the personal data that can be told: what stands in the row's own personal cells (`known`),
    identity numbers, telephones and mail addresses."""
    for secret in sorted({k for k in known if len(k) >= _SHORTEST_NAME}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _OTHERS.sub(MASK, _IDENTITY.sub(MASK, text))
