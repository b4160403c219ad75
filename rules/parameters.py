"""Dated parameters 数值: the numbers of the law, in YAML by first day, each with its own citation.

    NDRC-36.general:            # the parameter's id
      title: 一般失信信息公示期
      unit: 月
      versions:
        - first_day: 2026-04-01
          last_day: 2030-12-31  # where the end is known; otherwise the next version's first day ends it
          value: {min: 3, max: 12}
          citation: {text: NDRC-36, place: 第二章, mark: F, quote: …}

Outside its days a parameter refuses; it never prolongs itself. A file with an undeclared key, overlapping days, no
citation or a value of the wrong type is refused as a whole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any, Generic, TypeVar

from lianxin.errors import BadParameter, NotInForce, ParameterMissing
from rules.declared import read_declared
from rules.law import Citation, ReadingMark, Text

T = TypeVar("T")
Reader = Callable[[Any], T]


@dataclass(frozen=True, slots=True)
class Version(Generic[T]):
    """One value of a parameter, in force from `first_day` to `last_day` (None: until further notice)."""

    first_day: date
    last_day: date | None
    value: T
    citation: Citation

    def covers(self, on: date) -> bool:
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)


@dataclass(frozen=True, slots=True)
class Parameter(Generic[T]):
    """数值 One number of the law through time. `unit` in Chinese (月, 元, 天, 工作日)."""

    id: str
    title: str
    unit: str
    versions: tuple[Version[T], ...]

    def version(self, on: date) -> Version[T]:
        """The version in force on a day. Raises NotInForce, naming the nearest one."""
        for version in self.versions:
            if version.covers(on):
                return version
        raise self._not_in_force(on)

    def on(self, on: date) -> T:
        """The value in force on a day. Raises NotInForce."""
        return self.version(on).value

    def _not_in_force(self, on: date) -> NotInForce:
        before = [version for version in self.versions if version.first_day <= on]
        nearest = before[-1] if before else self.versions[0]
        return NotInForce(
            f"{self.id}", f"数值 {self.title}", on, nearest.first_day, nearest.last_day if before else None
        )


class Book:
    """The parameters of one YAML file. `texts`: the legal texts that its citations may name."""

    def __init__(self, package: str, file: str, texts: Sequence[Text]) -> None:
        self.name = f"{package.replace('.', '/')}/{file}"
        self._texts = {text.id: text for text in texts}
        self._declared = self._read((files(package) / file).read_text("utf-8"))

    @classmethod
    def of(cls, name: str, yaml_text: str, texts: Sequence[Text]) -> "Book":
        """A book from YAML text, for a law that stands in no package."""
        book = cls.__new__(cls)
        book.name, book._texts = name, {text.id: text for text in texts}
        book._declared = book._read(yaml_text)
        return book

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._declared)

    def parameter(self, id: str, reader: Reader[T]) -> Parameter[T]:
        """A declared parameter with its values read as one type. Raises ParameterMissing, BadParameter."""
        if id not in self._declared:
            raise ParameterMissing(id, self.name)
        declared = self._keys(id, self._declared[id], {"title", "unit", "versions"})
        if not isinstance(declared["versions"], list):
            raise BadParameter(self.name, id, "has no list of versions", "versions 应为列表")
        versions = sorted((self._version(id, each, reader) for each in declared["versions"]), key=_first)
        return Parameter(id, declared["title"], declared["unit"], self._ended(id, versions))

    def _read(self, text: str) -> Mapping[str, Any]:
        read = read_declared(self.name, text)
        if not isinstance(read, dict):
            raise BadParameter(self.name, "-", "is no mapping of parameters", "不是数值的对照表")
        return read

    def _keys(self, id: str, given: Any, needed: set[str], optional: frozenset[str] = frozenset()) -> Mapping[str, Any]:
        """A mapping with exactly the declared keys."""
        if not isinstance(given, dict) or not needed <= given.keys() <= needed | optional:
            names = ", ".join(sorted(needed))
            raise BadParameter(self.name, id, f"needs exactly {names}; given: {given!r}", f"应有且只有 {names}")
        return given

    def _version(self, id: str, given: Any, reader: Reader[T]) -> Version[T]:
        each = self._keys(id, given, {"first_day", "value", "citation"}, frozenset({"last_day"}))
        first, last = each["first_day"], each.get("last_day")
        if not isinstance(first, date) or not (last is None or isinstance(last, date)):
            raise BadParameter(self.name, id, "has a day that is none (YYYY-MM-DD)", "日期不合格（YYYY-MM-DD）")
        if last is not None and last < first:
            raise BadParameter(self.name, id, f"ends on {last}, before it begins", f"止于 {last}，早于首日")
        try:
            return Version(first, last, reader(each["value"]), self._citation(id, each["citation"]))
        except ValueError as error:
            problem = str(error)
            raise BadParameter(self.name, id, problem, f"不合格：{problem}") from error

    def _citation(self, id: str, given: Any) -> Citation:
        cited = self._keys(f"{id} citation", given, {"text", "place", "mark"}, frozenset({"quote"}))
        if str(cited["text"]) not in self._texts:
            raise BadParameter(self.name, id, f"cites the unknown text {cited['text']}", f"依据 {cited['text']} 未登记")
        return self._texts[str(cited["text"])].at(cited["place"], ReadingMark(cited["mark"]), cited.get("quote", ""))

    def _ended(self, id: str, versions: Sequence[Version[T]]) -> tuple[Version[T], ...]:
        """Each version ended by its successor, where it has no end of its own. Overlaps are refused."""
        if not versions:
            raise BadParameter(self.name, id, "has no version", "没有任何版本")
        ended = []
        for version, following in zip(versions, [*versions[1:], None], strict=True):
            if following is None:
                ended.append(version)
                continue
            last = version.last_day or following.first_day - timedelta(days=1)
            if last >= following.first_day or version.first_day == following.first_day:
                first = following.first_day
                raise BadParameter(self.name, id, f"has two versions on {first}", f"{first} 有两个版本")
            ended.append(Version(version.first_day, last, version.value, version.citation))
        return tuple(ended)


def _first(version: Version[Any]) -> date:
    return version.first_day


# --- Readers: the types that a value may have -------------------------------------------------------------------------


def whole(value: Any) -> int:
    """A whole number, not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no whole number")
    return value


def money(value: Any) -> Decimal:
    """An amount in yuan 元, whole or as quoted text (a binary fraction would not be exact)."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"{value!r} is no amount in yuan")
    return Decimal(value)


@dataclass(frozen=True, slots=True)
class Period:
    """期间 Months: `min` until an application is possible, `max` until it ends. None: there is no such limit."""

    min: int | None
    max: int | None

    def __str__(self) -> str:
        return "–".join("无" if limit is None else str(limit) for limit in (self.min, self.max))


def period(value: Any) -> Period:
    """A mapping with exactly `min` and `max`, each a number of months or null."""
    if not isinstance(value, dict) or value.keys() != {"min", "max"}:
        raise ValueError(f"{value!r} is no period with min and max")
    least, most = (None if value[key] is None else whole(value[key]) for key in ("min", "max"))
    if least is not None and most is not None and least > most:
        raise ValueError(f"the minimum of {least} months is longer than the maximum of {most}")
    return Period(least, most)
