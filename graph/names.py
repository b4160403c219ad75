"""Names 名称: one form for comparing, what may be left out of it, and pinyin.

A name is compared in three forms, each coarser than the one before:
`plain`  一致化: width, script, case, brackets and spaces no longer matter;
`bare`   also without what is no part of the name: marks (*ST, N, -U, 退市, the demo's 示例 …) and the legal form;
`core`   also without place and group: what people say (浙江同昇精密机械有限公司 → 同昇精密机械).
Each form of a name is made from that name alone, so a firm always matches itself.
"""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

import opencc
import pypinyin

from graph.places import divisions, level_of

_SIMPLIFIED = opencc.OpenCC("t2s")
_BRACKETS = str.maketrans("[]{}<>〔〕【】〈〉《》「」『』〖〗", "()" * 10)
_NOISE = re.compile(r"[\s\u200b-\u200f\ufeff·•・.,、\"'“”‘’]")  # one source writes them, another does not

_COMPANY = r"股份有限责任公司|股份有限公司|有限责任公司|股份公司|有限公司|(?<=.)公司"
_FORM = rf"{_COMPANY}|\((?:有限合伙|普通合伙|特殊普通合伙)\)"
_LEGAL_FORM = re.compile(rf"\(?(?:{_FORM})\)?(?=$|\((?!集团))")
_GROUP = re.compile(r"\(集团\)|集团$|\(控股\)|控股(?=集团$|$)")
_CHINA = re.compile(r"\(中国\)")
_EMPTY_BRACKETS = re.compile(r"\(\)")

_CJK = r"[\u3400-\u9fff]"
_MARKS = re.compile(
    r"\(示例\)"  # every name of the demo district carries it, and nobody types it
    rf"|^(?:s?\*?s?st|sst|pt|xd|xr|dr|[ncs])(?={_CJK})"  # special treatment, ex-dividend days, first days of trading
    rf"|^退市(?={_CJK}{{2}})|(?<={_CJK}{{2}})退$"  # delisting: 退市海润, 华信退
    r"|-(?:uw|u|w|d|wd|r)$"  # science board: not yet profitable, weighted votes, depositary receipts
    rf"|(?<={_CJK}{{2}})[ab]$"  # class of share
)

_PEOPLES = (
    "朝鲜族|土家族|苗族|藏族|羌族|彝族|布依族|侗族|壮族|哈尼族|傣族|白族"
    "|景颇族|傈僳族|回族|蒙古族|(?<!内)蒙古|哈萨克|柯尔克孜|维吾尔"
)
_KIND_OF_PLACE = re.compile(rf"(?:{_PEOPLES})*(?:特别行政区|自治区|自治州|自治县|地区|省|市|盟|区|县)$")
_LEFT = 3  # characters that must be left: 白银有色 without 白银 would be 有色, which is a trade and no name


class Forms(NamedTuple):
    """The three forms of one name."""

    plain: str
    bare: str
    core: str


def plain(name: str) -> str:
    """One spelling: full or half width, traditional or simplified, upper or lower case, any brackets, no spaces."""
    folded = unicodedata.normalize("NFKC", name).translate(_BRACKETS).casefold()
    simplified = folded if folded.isascii() else _SIMPLIFIED.convert(folded)
    return _NOISE.sub("", simplified) or name


def forms(name: str) -> Forms:
    """All three forms. A form that would be empty keeps the one before."""
    one = plain(name)
    bare = _without_legal_form(_MARKS.sub("", one)) or one
    named = _EMPTY_BRACKETS.sub("", _GROUP.sub("", _without_legal_form(_CHINA.sub("", bare)))) or bare
    return Forms(one, bare, _without_place(named).replace("(", "").replace(")", "") or named)


def _without_legal_form(name: str) -> str:
    return _LEGAL_FORM.sub("", name)


def _without_place(name: str) -> str:
    """Without up to three places at the head: province, city, county; in brackets too."""
    left = name
    for _ in range(3):
        match = _places().match(left)
        if match is None or len(left) - match.end() < _LEFT:
            break
        left = left[match.end() :]
    inside = _places_in_brackets().sub("", left)
    return inside if len(inside) >= _LEFT else left


@cache
def _places() -> re.Pattern[str]:
    return re.compile("|".join(_place_words()))


@cache
def _places_in_brackets() -> re.Pattern[str]:
    return re.compile(rf"\((?:{'|'.join(_place_words())})\)")


@cache
def _place_words() -> tuple[str, ...]:
    """Names of places, the longest first. Of counties only the full name: bare, many are words (东方, 和平, 朝阳)."""
    words = set()
    for code, name in divisions().items():
        words.add(name)
        short = _KIND_OF_PLACE.sub("", name)
        if len(short) > 1 and (level_of(code) != "district" or code.startswith(_SERVED)):
            words.add(short)
    words.discard("区")
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


_SERVED = "33"  # in the province served the bare names of counties open company names: 德清, 桐乡, 余杭


def _letters(latin: str) -> str:
    """What is not Chinese, letter by letter: pypinyin takes a list too, which its annotation forgets."""
    return list(latin)  # type: ignore[return-value]


class Pinyin(NamedTuple):
    """拼音 of a name: its syllables joined, the first letter of each, and where in `full` each syllable begins."""

    full: str
    initials: str
    starts: tuple[int, ...]


def pinyin(name: str) -> Pinyin:
    """The pinyin without tones, by the name's plain form without brackets; what is not Chinese stays as it is."""
    text = plain(name).replace("(", "").replace(")", "")
    syllables = pypinyin.lazy_pinyin(text, errors=_letters)
    starts, at = [], 0
    for syllable in syllables:
        starts.append(at)
        at += len(syllable)
    return Pinyin("".join(syllables), "".join(s[0] for s in syllables), tuple(starts))
