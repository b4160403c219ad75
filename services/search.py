"""Search 检索: find a record by code, full, short or former name, or pinyin, and say which of them matched.

The index belongs to one state of the view and is made at the first question, one part for each record type.
Measured on 4,689 enterprises with 9,371 names, two cores and other work on them: made in 0.7 s, its pinyin in 2 to 3 s
at the first question in letters; then fragments of names take 0.6 ms (median) and 7 ms (95 of 100: those that half
of all names hold, like 有限公司). The 95,533 products take 2 to 4 s to index and 2 (median) to 8 ms to search.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from threading import RLock
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from graph import names
from graph.identifiers import StockCode, Uscc
from graph.ontology import PROPERTIES, RECORD_TYPES, FormerName, Ref
from graph.places import place_name
from graph.view import Entity, Ints, View
from lianxin.errors import BadQuestion, NotKnown
from loaders.chain_cn import clean_product


class Matched(StrEnum):
    """By what a record was found 命中."""

    KEY = "key"  # 代码
    NAME = "name"  # 全称
    SHORT_NAME = "short_name"  # 简称
    FORMER_NAME = "former_name"  # 曾用名
    OTHER_NAME = "other_name"  # 其他名称
    PINYIN = "pinyin"  # 拼音


@dataclass(frozen=True, slots=True)
class Found:
    """One record found: by what, the very text that matched (for pinyin, the name), and whether it matched exactly."""

    ref: Ref
    name: str
    matched: Matched
    text: str
    exact: bool
    place: str


PLACED = frozenset(t for t in RECORD_TYPES if any(p.name == "division" for p in PROPERTIES[t]))
CODES = ("uscc", "stock_code")
EXCHANGE_FIRST = re.compile(r"(?:SZ|SH|BJ)(\d{6})")  # as stock software writes it
UNSPOKEN = frozenset({"Product", "Need"})  # no pinyin: of 95,000 product names it would take 8 s to make

ALIKE = 75.0
"""From which similarity (rapidfuzz ratio of core names, 0 to 100) a name is offered as alike.

Measured with 400 names each of chain_cn and the demo: with one character wrong, missing or too many, the firm meant
is at 75 or above in every case and the most similar in all but one (at 80: 73 and 79 of 100). The price: of firms
that are not there at all, 40 and 46 of 100 have somebody that alike: so these are offered only where nothing else
fits, and never resolved.
"""
MOST_ALIKE = 50
SUGGESTIONS = 5
LONGEST = 200  # characters of a search that are looked at; the longest name of both data sets has 35


class Level(IntEnum):
    """How well a name fits, best first."""

    EXACT = 0  # the same in one spelling
    NAMED = 1  # the same without legal form, marks, place, group
    PINYIN = 2
    PREFIX = 3
    PINYIN_PREFIX = 4
    INSIDE = 5
    PINYIN_INSIDE = 6
    ALIKE = 7


class Entry(NamedTuple):
    """One name or code of a record."""

    handle: int
    kind: Matched
    text: str
    plain: str
    bare: str
    core: str


class Hit(NamedTuple):
    """One entry that fits; sorts by fit, then kind and text, so that equal questions get equal lists."""

    fit: float
    order: int
    text: str
    handle: int
    kind: Matched
    level: Level


class Haystack:
    """Many short texts joined into one, so that a substring search is one fast scan instead of a loop."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._joined = "\n".join(text.replace("\n", " ") for text in texts)
        self.lengths = np.array([len(text) for text in texts], np.int64)
        self.starts = np.concatenate(([0], np.cumsum(self.lengths + 1)))[:-1]  # one more for each line end

    def find(self, needle: str) -> tuple[Ints, Ints]:
        """All places of the needle: (number of the text, where in it), in order. Overlapping ones count."""
        places, at = [], self._joined.find(needle)
        while at >= 0:
            places.append(at)
            at = self._joined.find(needle, at + 1)
        where = np.array(places, np.int64)
        numbers = np.searchsorted(self.starts, where, "right") - 1
        return numbers, where - self.starts[numbers]


class Fits:
    """The best fit of each entry: the level, and within it how far it is from the question (less is better)."""

    STEP = 1000.0  # distances stay below it: no name is longer, no similarity above 100

    def __init__(self, entries: int) -> None:
        self._best = np.full(entries, np.inf)

    def offer(self, numbers: Ints | Sequence[int], levels: Any, distances: Any) -> None:
        """Take these fits where they are better than what is known of the entry."""
        np.minimum.at(self._best, numbers, np.asarray(levels) * self.STEP + np.minimum(distances, self.STEP - 1))

    def found(self, order: Ints) -> Iterator[tuple[int, float, Level]]:
        """The entries that fit, best first, ties in the given order: (number, fit, level)."""
        numbers = np.flatnonzero(np.isfinite(self._best))
        for number in numbers[np.lexsort((order[numbers], self._best[numbers]))]:
            fit = float(self._best[number])
            yield int(number), fit, Level(int(fit // self.STEP))

    @property
    def none(self) -> bool:
        """Whether nothing fits yet."""
        return not np.isfinite(self._best).any()


class Spoken:
    """拼音 The pinyin of all names: in full and by first letters, of the whole name and of its core."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        texts = [
            (number, names.pinyin(text))
            for number, entry in enumerate(entries)
            if entry.kind is not Matched.KEY
            for text in dict.fromkeys((entry.plain, entry.core))
        ]
        self._entry = np.array([number for number, _ in texts], np.int64)
        self._full = Haystack([said.full for _, said in texts])
        self._initials = Haystack([said.initials for _, said in texts])
        begins = [start + at for start, (_, said) in zip(self._full.starts, texts, strict=True) for at in said.starts]
        self._begins = np.zeros(int(self._full.lengths.sum()) + len(texts) + 1, bool)
        self._begins[begins] = True

    def offer(self, letters: str, fits: Fits) -> None:
        """Offer the entries whose pinyin holds the letters, from the beginning of a syllable on."""
        for hay in (self._full, self._initials):
            numbers, at = hay.find(letters)
            if hay is self._full:
                begins = self._begins[hay.starts[numbers] + at]
                numbers, at = numbers[begins], at[begins]
            left = hay.lengths[numbers] - len(letters)
            levels = np.where(at > 0, Level.PINYIN_INSIDE, np.where(left > 0, Level.PINYIN_PREFIX, Level.PINYIN))
            fits.offer(self._entry[numbers], levels, left)


class Index:
    """All names and codes of the records of one type."""

    def __init__(self, view: View, record_type: str) -> None:
        self.record_type = record_type
        self.entries = [entry for entity in view.entities(record_type) for entry in _entries(entity)]
        self._plain = Haystack([entry.plain for entry in self.entries])
        self._core = Haystack([entry.core for entry in self.entries])
        self._cores = [entry.core if entry.kind is not Matched.KEY else "" for entry in self.entries]
        by_kind = sorted(range(len(self.entries)), key=lambda n: (_ORDER[self.entries[n].kind], self.entries[n].text))
        self._order = np.argsort(np.array(by_kind, np.int64))
        self.by_form = {form: self._by(form) for form in ("plain", "bare", "core")}
        self._spoken: Spoken | None = None

    def _by(self, form: str) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            if entry.kind is not Matched.KEY or form == "plain":
                found.setdefault(getattr(entry, form), []).append(number)
        return found

    @property
    def spoken(self) -> Spoken | None:
        """The pinyin, made at the first question in letters."""
        if self._spoken is None and self.record_type not in UNSPOKEN:
            with _LOCK:
                self._spoken = self._spoken or Spoken(self.entries)
        return self._spoken

    def bearers(self, query: str) -> list[int]:
        """The handles of all records that bear this name, by the finest form that anybody bears.

        What the question says is never dropped for what a name does not say: 广东同昇 is not 浙江同昇, and
        X集团有限公司 is not X有限公司. Only where the question leaves form, place or group out may the name have any.
        """
        asked = names.forms(query)
        for form in ("plain", "bare", "core"):
            wanted = asked.plain if form == "core" else getattr(asked, form)
            if form == "core" and asked.bare != asked.plain:
                break
            if numbers := self.by_form[form].get(wanted):
                same = [n for n in numbers if self.entries[n].text == query]  # 同昇 and 同升 are one in plain form
                return sorted({self.entries[n].handle for n in same or numbers})
        return []

    def hits(self, query: str, limit: int) -> list[Hit]:
        """The best entries that fit, one for each record, best first; alike ones only where nothing else fits."""
        asked, fits = names.forms(query), Fits(len(self.entries))
        self._offer_equal(asked, fits)
        self._offer_holding(asked, fits)
        self._offer_spoken(asked, fits)
        if fits.none:
            self._offer_alike(asked, fits)
        best: dict[int, Hit] = {}
        for number, fit, level in fits.found(self._order):
            entry = self.entries[number]
            if entry.handle not in best:
                kind = Matched.PINYIN if level in _SPOKEN else entry.kind
                best[entry.handle] = Hit(fit, _ORDER[entry.kind], entry.text, entry.handle, kind, level)
                if len(best) == limit:
                    break
        return list(best.values())

    def _offer_equal(self, asked: names.Forms, fits: Fits) -> None:
        fits.offer(self.by_form["plain"].get(asked.plain, []), Level.EXACT, 0)
        fits.offer(self.by_form["bare"].get(asked.bare, []), Level.NAMED, 0)
        fits.offer(self.by_form["core"].get(asked.core, []), Level.NAMED, 1)

    def _offer_holding(self, asked: names.Forms, fits: Fits) -> None:
        """What holds the question; a coarser form of it only where the finer one is in no name."""
        for needle in dict.fromkeys(asked):
            found = False
            for hay in (self._plain, self._core):
                numbers, at = hay.find(needle)
                found = found or len(numbers) > 0
                fits.offer(numbers, np.where(at > 0, Level.INSIDE, Level.PREFIX), hay.lengths[numbers] - len(needle))
            if found:
                return

    def _offer_spoken(self, asked: names.Forms, fits: Fits) -> None:
        letters = "".join(c for c in asked.plain if c.isalnum())
        if len(letters) > 1 and letters.isascii() and not letters.isdigit() and (spoken := self.spoken):
            spoken.offer(letters, fits)

    def _offer_alike(self, asked: names.Forms, fits: Fits) -> None:
        close = process.extract(asked.core, self._cores, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST_ALIKE)
        fits.offer([number for *_, number in close], Level.ALIKE, [100 - similarity for _, similarity, _ in close])


_SPOKEN = frozenset({Level.PINYIN, Level.PINYIN_PREFIX, Level.PINYIN_INSIDE})
_ORDER = {kind: order for order, kind in enumerate(Matched)}
_LOCK = RLock()  # an index is made once for each state, however many threads ask


def _entries(entity: Entity) -> Iterator[Entry]:
    """All names and codes of a record, each text once."""
    texts: dict[str, Matched] = {entity.ref.key: Matched.KEY}
    for code in CODES:
        if value := entity.get(code):
            texts.setdefault(str(value), Matched.KEY)
    for kind, text in _names(entity):
        if texts.get(text) is Matched.KEY and entity.ref.type not in PLACED:
            texts[text] = kind  # the key of a product is its name
        texts.setdefault(text, kind)
    for text, kind in texts.items():
        if kind is Matched.KEY:
            plain = names.plain(text)
            yield Entry(entity.handle, kind, text, plain, plain, plain)
        elif entity.ref.type in UNSPOKEN:
            plain = names.plain(text)  # a product has neither legal form nor place
            yield Entry(entity.handle, kind, text, plain, plain, plain)
        else:
            yield Entry(entity.handle, kind, text, *names.forms(text))


def _names(entity: Entity) -> Iterator[tuple[Matched, str]]:
    """All names of all sources; of a single property too, what a less trusted source says."""
    for declared in PROPERTIES[entity.ref.type]:
        if not (declared.names_record or declared.name == "title"):
            continue
        kind = _KINDS[declared.name]
        values = entity.all(declared.name) if declared.many else [s.value for s in entity.values.get(declared.name, ())]
        for value in values:
            yield kind, value.name if isinstance(value, FormerName) else str(value)


_KINDS = {
    "name": Matched.NAME,
    "title": Matched.NAME,
    "short_name": Matched.SHORT_NAME,
    "former_names": Matched.FORMER_NAME,
    "other_names": Matched.OTHER_NAME,
}


def _index(view: View, record_type: str) -> Index:
    kept = view.derived("search")
    if record_type not in kept:
        with _LOCK:
            if record_type not in kept:
                kept[record_type] = Index(view, record_type)
    found: Index = kept[record_type]
    return found


def search(view: View, query: str, *, types: Sequence[str] = ("Enterprise",), limit: int = 20) -> list[Found]:
    """The records that fit a query, best first: exact, then beginning with it, then containing it, then alike."""
    asked = _as_code(_clean(query[:LONGEST]))
    if not asked:
        return []
    hits = _hits(view, asked, types, limit)
    if not hits and _is_like_uscc(asked):
        hits = _hits(view, asked[:-1], types, limit)  # the check character is what is most often mistyped
    entities = view.entities_of(hit.handle for hit in hits)
    return [_found(hit, entity) for hit, entity in zip(hits, entities, strict=True)]


def _hits(view: View, asked: str, types: Sequence[str], limit: int) -> list[Hit]:
    return sorted(hit for record_type in types for hit in _index(view, record_type).hits(asked, limit))[:limit]


def _found(hit: Hit, entity: Entity) -> Found:
    return Found(entity.ref, entity.name, hit.kind, hit.text, hit.level is Level.EXACT, _place(entity))


def _place(entity: Entity) -> str:
    """Empty for what lies nowhere: a product, a segment."""
    return place_name(entity.get("division")) if entity.ref.type in PLACED else ""


def resolve(view: View, key: str, types: Sequence[str]) -> int:
    """The handle of the one record that bears this key or exact name.

    Raises NotKnown with suggestions, BadQuestion when several records bear the name (naming their keys).
    A key of any of the types is taken before a name of any.
    """
    asked = _clean(key)
    for candidate in dict.fromkeys((asked, clean_product(asked), _as_code(asked))):
        for record_type in types:
            if (handle := view.handle(Ref(record_type, candidate))) is not None:
                return handle
    if "Enterprise" in types:
        _refuse_wrong_code(asked)
    code = _as_code(asked)
    bearers = [handle for record_type in types for handle in _index(view, record_type).bearers(code)] if asked else []
    if len(bearers) > 1:
        raise _ambiguous(view, asked, bearers)
    if not bearers:
        raise _not_known(view, asked, types)
    return bearers[0]


def _clean(text: str) -> str:
    """A question as typed: line ends that a file writes as \\n are line ends."""
    return text.replace("\\n", "\n").strip()


def _as_code(text: str) -> str:
    """A code as its key is written (full width, lower case, the exchange behind a stock code), else the text itself."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if exchange_first := EXCHANGE_FIRST.fullmatch(plain):
        return exchange_first[1]
    kinds: tuple[Callable[[str], str], ...] = (Uscc, StockCode)
    for kind in kinds:
        try:
            return str(kind(plain))
        except ValueError:
            continue
    return text


def _refuse_wrong_code(text: str) -> None:
    """Raises BadQuestion for what has the length of a unified social credit code and fails its check."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if not _is_like_uscc(plain):
        return
    try:
        Uscc(plain)
    except ValueError as error:
        why = str(error)
        raise BadQuestion(f"{plain} {why}. Compare it with the business licence", _why_zh(plain, why)) from error


def _is_like_uscc(text: str) -> bool:
    return len(text) == 18 and text.isascii() and text.isalnum()


def _why_zh(plain: str, why: str) -> str:
    head, _, check = why.rstrip(")").rpartition("the check character by the first 17 is ")
    reason = f"按前 17 位，校验位应为 {check}" if head else "含有代码不使用的字符（I、O、S、V、Z）"
    return f"{plain} 不是有效的统一社会信用代码：{reason}。请对照营业执照核对"


def _ambiguous(view: View, asked: str, bearers: Sequence[int]) -> BadQuestion:
    bearing = view.entities_of(bearers)
    keys = ", ".join(entity.ref.key for entity in bearing)
    listed = "；".join(f"{entity.ref.key}（{_place(entity) or entity.name}）" for entity in bearing)
    return BadQuestion(
        f'{len(bearing)} records bear the name "{asked}": {keys}. Ask by one of these keys',
        f"名称“{asked}”有 {len(bearing)} 个：{listed}。请改用代码查询",
    )


def _not_known(view: View, asked: str, types: Sequence[str]) -> NotKnown:
    near = search(view, asked, types=types, limit=SUGGESTIONS)
    what, what_zh = " or ".join(t.lower() for t in types), "或".join(RECORD_TYPES[t].label for t in types)
    return NotKnown(what, what_zh, asked, [(found.ref.key, found.name) for found in near])
