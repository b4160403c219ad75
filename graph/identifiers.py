"""Identifiers: parsed types that cannot hold an invalid value, and the one reading of a day.

Each is a `str` subclass whose constructor refuses what is not one, with a `ValueError` that says why.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Self

from stdnum.cn import uscc as stdnum_uscc
from stdnum.exceptions import ValidationError as StdnumError

LENGTH = 18  # of a unified social credit code


class Uscc(str):
    """统一社会信用代码 Unified Social Credit Code, 18 characters with a check character (GB 32100-2015)."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        return super().__new__(cls, _checked_uscc(text))


@lru_cache(maxsize=100_000)  # a register names each firm many times, and the check takes 30 µs
def _checked_uscc(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    try:
        stdnum_uscc.validate(plain)
        if len(plain) != LENGTH:  # stdnum overlooks hyphens and spaces; one firm would get two keys
            raise StdnumError
    except StdnumError as error:
        raise ValueError(f"is not a unified social credit code ({_why(plain)})") from error
    return plain


def _why(plain: str) -> str:
    if len(plain) != LENGTH:
        return f"{len(plain)} characters instead of {LENGTH}"
    try:
        return f"the check character by the first 17 is {stdnum_uscc.calc_check_digit(plain[:17])}"
    except (StdnumError, ValueError):
        return "a character that the code does not use"


class StockCode(str):
    """Six-digit code of a listed company 证券代码, without the exchange that sources append (.SZ, SH …)."""

    __slots__ = ()
    FORM = re.compile(r"([0-9]{6})(?:\.?(?:SZ|SH|BJ))?")

    def __new__(cls, text: str) -> Self:
        match = cls.FORM.fullmatch(text)
        if match is None:
            raise ValueError("is not a six-digit stock code (dddddd, dddddd.SZ or ddddddSZ)")
        return super().__new__(cls, match[1])


class Division(str):
    """行政区划 administrative division, six digits of GB/T 2260 (province, city, county)."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        if not re.fullmatch(r"[1-9][0-9]{5}", text):
            raise ValueError("is not a six-digit division code (GB/T 2260)")
        return super().__new__(cls, text)

    @property
    def city(self) -> str:
        """The four digits that a city's counties share."""
        return self[:4]

    @property
    def province(self) -> str:
        """The two digits that a province's cities share."""
        return self[:2]


@lru_cache(maxsize=20_000)  # registers name few days many times
def parse_day(text: str) -> date:
    """Read an ISO day (2026-11-24). Raises ValueError on anything else, times and week dates included."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("is not a day (YYYY-MM-DD)")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("is not a day of the calendar") from error
