"""What the loaders of credit events 信用事件 share: cells, days, money, and the party that an event is about.

Sources of the formats: the 双公示 standard of 2018 for penalties (国家发展改革委 2018 data standard for publishing
administrative licences and penalties), the heading and value habits of public exports of it and of the publicity
system. How a row is tied to an enterprise: by its unified social credit code; without one, by a full or former name
that exactly one enterprise bore on the day; otherwise it stays open and is counted.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, SecretStr

from graph.identifiers import Uscc
from graph.ontology import Against, CreditEvent, Enterprise, PartyKind, Ref, Term, TiedBy, Unknown
from lianxin.clock import day_in_china
from loaders import personal
from loaders.loader import Notes, Refused, Row, Statement, skip
from loaders.parties import Tie

SYNTHETIC = "合成数据"
"""The mark of made-up rows, in a column that the formats have anyway: 备注 or 数据来源."""

NO_VALUE = frozenset({"", "null", "none", "nan", "-", "--", "—", "——", "/", "无"})
"""What exports write where there is no value, without spaces and in lower case (seen: null, — —, nan, empty)."""

PARTY_TRUST = 30
"""Below the registers of enterprises (50): what a penalty says of its party's name yields to them."""


def _cell(value: object) -> object:
    if isinstance(value, str) and "".join(unicodedata.normalize("NFKC", value).split()).casefold() in NO_VALUE:
        return None
    return value.strip() if isinstance(value, str) else value


Cell = Annotated[str | None, BeforeValidator(_cell)]
Personal = Annotated[SecretStr | None, BeforeValidator(_cell)]
"""A cell of a natural person: read so that the row is complete, never stored, never shown, not even by repr."""


def column(heading: str, title: str, description: str) -> Any:
    """A column that every file has."""
    return Field(alias=heading, title=title, description=description)


def may_lack(heading: str, title: str, description: str) -> Any:
    """A column that a file may lack."""
    return Field(default=None, alias=heading, title=title, description=description)


class CreditRow(Row):
    """A row of a register of credit events, its cells still text."""

    def unknown(self, field: str) -> Unknown:
        """Why a field has no value: the file lacks the column, or the cell says nothing."""
        return Unknown.NOT_SUPPLIED if field in self.model_fields_set else Unknown.NOT_OBTAINED

    def text(self, field: str) -> str | Unknown:
        """Free text with the personal data masked that can be told, or why there is none."""
        value: str | None = getattr(self, field)
        return self.unknown(field) if value is None else personal.masked(value, self.secrets())

    def required(self, field: str) -> str:
        """The text of a field without which the row says nothing. Raises Refused."""
        value: str | None = getattr(self, field)
        if value is None:
            raise Refused(self.heading(field), "", "is empty where a text is required", "必填，不能为空")
        return value

    def heading(self, field: str) -> str:
        """The heading of a field."""
        return type(self).model_fields[field].alias or field

    def secrets(self) -> list[str]:
        """What stands in the row's personal cells."""
        cells = (getattr(self, name) for name in _personal_fields(type(self)))
        return [cell.get_secret_value() for cell in cells if cell is not None]


@cache
def _personal_fields(model: type[CreditRow]) -> tuple[str, ...]:
    return tuple(name for name, field in model.model_fields.items() if field.annotation == (SecretStr | None))


def personal_headings(model: type[CreditRow]) -> frozenset[str]:
    """The headings of the personal columns of a row model."""
    return frozenset(model.model_fields[name].alias or name for name in _personal_fields(model))


def plain_heading(text: str) -> str:
    """A heading without what differs between exports: width, spaces, line ends, case, a unit said twice."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    return plain.replace("财务", "财物").removesuffix("单位:万元")  # 财务 is misspelt in several exports


def headings(model: type[CreditRow], variants: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Plain heading → column: the declared columns, their titles, and the variants seen in exports."""
    known = {}
    for name, field in model.model_fields.items():
        heading = field.alias or name
        for each in (heading, field.title or heading, *variants.get(heading, ())):
            known[plain_heading(each)] = heading
    return known


# --- days and money ---------------------------------------------------------------------------------------------------

_DAY = re.compile(
    r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})"
    r"(?:[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
NO_DAY = date(1, 1, 1)  # 0001-01-01T00:00:00: what some systems write for null
NO_END = date(2099, 12, 31)  # the standard's day for a validity without end; later ones mean the same
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6}0*)?")  # decimal(18,6) in units of 10,000 yuan
_WAN = Decimal(10_000)
_CENT = Decimal("0.01")


def day(row: CreditRow, field: str) -> date | Unknown:
    """A day written 2026/11/20 or 2026-11-20, with or without a time; one with a zone is a day in China."""
    value: str | None = getattr(row, field)
    if value is None:
        return row.unknown(field)
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", value))
    if match is None:
        raise Refused(row.heading(field), value, "is not a day (yyyy/MM/dd)", "不是日期（应为 yyyy/MM/dd）")
    try:
        read = _read_day(match)
    except (ValueError, OverflowError) as error:
        problem = "is not a day of the calendar", "日历上没有这一天"
        raise Refused(row.heading(field), value, *problem) from error
    return Unknown.NOT_SUPPLIED if read == NO_DAY else read


def _read_day(match: re.Match[str]) -> date:
    year, _, month, of_month, hour, minute, second, zone = match.groups()
    read = date(int(year), int(month), int(of_month))
    if hour is None:
        return read
    at = datetime(read.year, read.month, read.day, int(hour), int(minute), int(second or 0), tzinfo=UTC)
    if zone is None or read == NO_DAY:
        return read
    offset = timedelta() if zone == "Z" else timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return day_in_china(at - (-offset if zone[0] == "-" else offset))


def required_day(row: CreditRow, field: str) -> date:
    """A day without which the row says nothing. Raises Refused."""
    read = day(row, field)
    if isinstance(read, Unknown):
        value = getattr(row, field) or ""
        raise Refused(row.heading(field), value, "is no day where one is required", "必填，没有日期")
    return read


def term(row: CreditRow, field: str, begins: date) -> tuple[Term | Unknown, date | Unknown | None]:
    """Until when something lasts: (until, the day), (no end, None), or why it is not known."""
    until = day(row, field)
    if isinstance(until, Unknown):
        return until, until
    if until >= NO_END:
        return Term.NO_END, None
    in_order(row, field, begins, until)
    return Term.UNTIL, until


def in_order(row: CreditRow, field: str, first: date, last: date) -> None:
    """Refuse an end before its start."""
    if last < first:
        raise Refused(row.heading(field), getattr(row, field), f"is before {first}", f"早于 {first}")


def yuan(row: CreditRow, field: str) -> Decimal | Unknown:
    """An amount that the format states in units of 10,000 yuan (万元), in yuan."""
    value: str | None = getattr(row, field)
    if value is None:
        return row.unknown(field)
    plain = unicodedata.normalize("NFKC", value)
    if not _AMOUNT.fullmatch(plain):
        problem = "is not an amount in 万元 (digits, at most six decimals)", "不是以万元计的金额（数字，最多六位小数）"
        raise Refused(row.heading(field), value, *problem)
    return plain_amount(Decimal(plain) * _WAN)


def plain_amount(amount: Decimal) -> Decimal:
    """One spelling of an amount: whole where it is whole, else to the fen."""
    cents = amount.quantize(_CENT)
    return cents.to_integral_value() if cents == cents.to_integral_value() else cents


# --- the party --------------------------------------------------------------------------------------------------------

NATURAL_PERSON = "party is a natural person: not stored"
PERHAPS_A_PERSON = "party without a code whose name may be a natural person's or a sole trader's: not stored"
SOLE_TRADER = "party is a sole trader: its name is not stored"
SOLE_TRADER_OPEN = "sole trader that the ledger does not have: the party stays open"
NO_ENTERPRISE = "party is no enterprise by its code: the party stays open"
NEW = "enterprise that no register in the ledger had: stated by this row"
OTHER_NAME = "party's name is not one that the ledger knows for its code"

_SHORTEST_FIRM_NAME = 5  # characters: names of natural persons have two to four
_ORGANISATION = re.compile(r"公司|集团|合作社|合伙|企业|大学|学校|学院|研究院|医院|协会|委员会")
_MARKET_ENTITY, _SOLE_TRADER_CODE = "9", "92"  # GB 32100: registered by market regulation; of these, sole traders


class Stated(NamedTuple):
    """What a row says of its party. `kind` None: the format has no such column. `fields`: of name and code."""

    name: str
    code: str | None
    kind: PartyKind | None
    name_field: str
    code_field: str


@dataclass(frozen=True, slots=True)
class Party:
    """Whom an event is about: the values for the event, and the enterprise where it is known."""

    name: str | Unknown
    kind: PartyKind
    uscc: str | Unknown
    key: str | None
    tied_by: TiedBy | None
    is_new: bool = False

    def statements(self, event: CreditEvent, since: date) -> Iterator[Statement]:
        """The enterprise where no register has it, and the link from the event to it."""
        if self.key is None:
            return
        if self.is_new and isinstance(self.name, str):
            yield Enterprise(key=self.key, part=f"party:{self.name}", uscc=self.key, name=self.name)
        yield Against(from_ref=event.ref, to_ref=Ref("Enterprise", self.key), valid_from=since, tied_by=self.tied_by)


def party_of(row: CreditRow, stated: Stated, on: date, notes: Notes) -> Party:
    """The party of a row, tied where it can be. Raises Skipped for natural persons, Refused for a false code."""
    uscc = _uscc(stated, row)
    sole = stated.kind is PartyKind.SOLE_TRADER or bool(uscc and uscc.startswith(_SOLE_TRADER_CODE))
    tie = _tied(stated, uscc, on, notes, sole=sole)
    if not sole and tie.key is None and uscc is None:
        _skip_persons(row, stated)
    is_new = tie.key is not None and not notes.parties.has(tie.key)
    for reason in (tie.why, SOLE_TRADER if sole else ""):
        if reason:
            notes.note(reason)
    if is_new and notes.first(NEW, tie.key):
        notes.note(NEW)
    return Party(
        name=Unknown.WITHHELD if sole else stated.name,
        kind=PartyKind.SOLE_TRADER if sole else PartyKind.ORGANISATION,
        uscc=uscc or row.unknown(stated.code_field),
        key=tie.key,
        tied_by=tie.by,
        is_new=is_new,
    )


def _uscc(stated: Stated, row: CreditRow) -> Uscc | None:
    if stated.code is None:
        return None
    if personal.is_identity_number(stated.code):
        skip(NATURAL_PERSON)
    try:
        return Uscc(stated.code)
    except ValueError as error:
        problem_zh = "不是有效的统一社会信用代码（校验不符）"
        raise Refused(row.heading(stated.code_field), stated.code, str(error), problem_zh) from error


def _tied(stated: Stated, uscc: Uscc | None, on: date, notes: Notes, *, sole: bool) -> Tie:
    """The enterprise, by code or name, and what deserves a word about it."""
    if uscc is None:
        return notes.parties.bearing(stated.name, on)
    if notes.parties.has(uscc):
        unheard = not sole and not notes.parties.is_named(uscc, stated.name)
        return Tie(uscc, TiedBy.USCC, OTHER_NAME if unheard else "")
    if sole or not uscc.startswith(_MARKET_ENTITY):
        return Tie(None, None, SOLE_TRADER_OPEN if sole else NO_ENTERPRISE)
    return Tie(uscc, TiedBy.USCC)


def _skip_persons(row: CreditRow, stated: Stated) -> None:
    """Leave the row out where the name could be a natural person's or, if the format has no kinds, a sole trader's."""
    if stated.name in row.secrets():
        skip(NATURAL_PERSON)
    short = len(stated.name) < _SHORTEST_FIRM_NAME
    if not _ORGANISATION.search(stated.name) and (stated.kind is None or short):
        skip(PERHAPS_A_PERSON)


def refuse_other_party(row: CreditRow, stated: Stated, party: Party, event: Ref, notes: Notes) -> None:
    """An increment never takes a link back: a known event that now names another party is refused, not tied twice."""
    if party.key is not None and (others := notes.parties.against(event) - {party.key}):
        other = ", ".join(sorted(others))
        raise Refused(
            row.heading(stated.code_field),
            stated.code or "",
            f"names another party than an earlier load of this record ({other}): undo that load, or mend the row",
            f"与以前入库的同一条记录当事人不同（{other}）：请撤销那次入库，或改正这一行",
        )


def mark(remark: str | None, notes: Notes) -> None:
    """Remember whether a row says that it is made up."""
    notes.marked.add(remark is not None and SYNTHETIC in remark)
