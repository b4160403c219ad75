"""Listings 列入: the list of abnormal operation (经营异常名录) and lists of serious dishonesty (严重失信主体名单).

Both are increments. A file may write the headings of the publicity system, the column codes of the exchange table, or
the field names of vendors' answers. Traps of these formats: 设立日期 is the day of listing, not of establishment;
0001-01-01T00:00:00 means no day; vendors spell RomoveReason; 列入决定机关 is a division code in one and the
authority's name in the other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from graph import names
from graph.identifiers import Division
from graph.ontology import AbnormalListing, ListingState, PartyKind, SeriousListing, Unknown, YesNo
from loaders.credit import (
    PARTY_TRUST,
    Cell,
    CreditRow,
    Party,
    Personal,
    Stated,
    column,
    day,
    headings,
    in_order,
    mark,
    may_lack,
    party_of,
    personal_headings,
    plain_heading,
    refuse_other_party,
    required_day,
)
from loaders.loader import Format, Notes, SourceFile, Statement, Take

_NATURAL = "of a natural person: read and dropped, never stored"
_SOURCE = "not stored, but 合成数据 here says that the row is made up"
_SYSTEM_NUMBER = "not stored: a number inside the exchanging systems"


class AbnormalListingRow(CreditRow):
    """经营异常 One entry in the list of abnormal operation."""

    party_name: Cell = column("企业名称", "企业名称", "name of the enterprise")
    party_uscc: Cell = column("统一社会信用代码", "统一社会信用代码", "its unified social credit code")
    registration_no: Cell = may_lack("注册号", "注册号", "registration number, older firms")
    system_no: Cell = may_lack("主体身份代码", "主体身份代码", _SYSTEM_NUMBER)
    representative: Personal = may_lack("法定代表人", "法定代表人", _NATURAL)
    person_paper: Personal = may_lack("证件类型", "证件类型", _NATURAL)
    person_no: Personal = may_lack("证件号码", "证件号码", _NATURAL)
    list_id: Cell = may_lack("经营异常名录ID", "经营异常名录ID", "number of the entry")
    reason_code: Cell = may_lack("列入经营异常名录原因类型", "列入经营异常名录原因类型", "code of the reason")
    reason: Cell = column("列入经营异常名录原因类型名称", "列入经营异常名录原因类型名称", "reason of the listing")
    listed_on: Cell = column("设立日期", "列入日期", "day of listing (not of establishment)")
    division: Cell = may_lack("列入决定机关", "列入决定机关", "division code of the authority, or its name")
    authority: Cell = may_lack("列入决定机关名称", "列入决定机关名称", "authority that listed")
    updated_on: Cell = may_lack("最新更新日期", "最新更新日期", "day of the last change of the entry")
    removed_on: Cell = may_lack("移出日期", "移出日期", "day of removal; empty while listed")
    removal_reason: Cell = may_lack("移出原因", "移出原因", "reason of the removal")
    removal_authority: Cell = may_lack("移出决定机关", "移出决定机关", "authority that removed, empty in some answers")
    source: Cell = may_lack("数据来源", "数据来源", _SOURCE)


class SeriousListingRow(CreditRow):
    """严重失信 One entry in a list of seriously dishonest parties."""

    party_name: Cell = column("企业名称", "企业名称", "name of the enterprise")
    party_uscc: Cell = column("统一社会信用代码", "统一社会信用代码", "its unified social credit code")
    registration_no: Cell = may_lack("注册号", "注册号", "registration number, older firms")
    representative: Personal = may_lack("法定代表人", "法定代表人", _NATURAL)
    person_paper: Personal = may_lack("证件类型", "证件类型", _NATURAL)
    person_no: Personal = may_lack("证件号码", "证件号码", _NATURAL)
    list_name: Cell = column("名单类型", "名单类型", "which list")
    reason: Cell = column("列入原因", "列入原因", "reason of the listing")
    listed_on: Cell = column("列入日期", "列入日期", "day of listing")
    authority: Cell = column("列入决定机关", "列入决定机关", "authority that listed")
    removed_on: Cell = may_lack("移出日期", "移出日期", "day of removal; empty while listed")
    removal_reason: Cell = may_lack("移出原因", "移出原因", "reason of the removal; empty while listed")
    removal_authority: Cell = may_lack("移出决定机关", "移出决定机关", "authority that removed")
    source: Cell = may_lack("数据来源", "数据来源", _SOURCE)


_EXCHANGE = {  # column codes of the exchange table between registration authorities
    "企业名称": ("ENTNAME",),
    "统一社会信用代码": ("UNISCID",),
    "注册号": ("REGNO",),
    "主体身份代码": ("PRIPID",),
    "法定代表人": ("LEREP",),
    "证件类型": ("CERTYPE",),
    "证件号码": ("CERNO",),
}
_ABNORMAL = {
    **_EXCHANGE,
    "列入经营异常名录原因类型": ("SPECAUSE",),
    "列入经营异常名录原因类型名称": ("SPECAUSENAME", "AddReason", "列入原因", "列入经营异常名录原因"),
    "设立日期": ("ABNTIME", "AddDate"),
    "列入决定机关名称": ("DecisionOffice",),
    "移出日期": ("RemoveDate",),
    "移出原因": ("RomoveReason", "RemoveReason"),
    "移出决定机关": ("RemoveDecisionOffice",),
}
_SERIOUS = {
    **_EXCHANGE,
    "名单类型": ("Type",),
    "列入原因": ("AddReason",),
    "列入日期": ("AddDate",),
    "列入决定机关": ("AddOffice", "列入决定机关名称"),
    "移出日期": ("RemoveDate",),
    "移出原因": ("RemoveReason", "RomoveReason"),
    "移出决定机关": ("RemoveOffice",),
}
_HEADINGS = {
    AbnormalListingRow: headings(AbnormalListingRow, _ABNORMAL),
    SeriousListingRow: headings(SeriousListingRow, _SERIOUS),
}


def meaning(model: type[CreditRow], heading: str) -> str:
    """The column of a heading."""
    return _HEADINGS[model].get(plain_heading(heading), heading)


# --- the rows ---------------------------------------------------------------------------------------------------------

Listed = AbnormalListingRow | SeriousListingRow
REMOVED_WITHOUT_DAY = "removed from the list, the day not stated"


@dataclass(frozen=True, slots=True)
class Removal:
    """移出 Whether, when, why and by whom an entry was removed."""

    state: ListingState | Unknown
    on: date | Unknown | None
    reason: str | Unknown | None
    authority: str | Unknown | None


def take_abnormal(row: AbnormalListingRow, notes: Notes, *, published: YesNo | Unknown) -> Iterator[Statement]:
    """The entry and its party where it is known."""
    stated, listed_on, party = _party(row, notes)
    division, authority = _authority(row)
    reason, removal = row.text("reason"), _removal(row, listed_on, notes)
    listing = AbnormalListing(
        key=_key(party, stated.name, listed_on, _kind_of_reason(reason)),
        party_name=party.name,
        party_kind=party.kind,
        party_uscc=party.uscc,
        registration_no=row.text("registration_no") if party.kind is PartyKind.ORGANISATION else Unknown.WITHHELD,
        authority=authority,
        published=published,
        list_id=row.text("list_id"),
        authority_division=division,
        listed_on=listed_on,
        reason_code=row.text("reason_code"),
        reason=reason,
        updated_on=day(row, "updated_on"),
        state=removal.state,
        removed_on=removal.on,
        removal_reason=removal.reason,
        removal_authority=removal.authority,
    )
    refuse_other_party(row, stated, party, listing.ref, notes)
    yield listing
    yield from party.statements(listing, listed_on)


def take_serious(row: SeriousListingRow, notes: Notes, *, published: YesNo | Unknown) -> Iterator[Statement]:
    """The entry and its party where it is known."""
    stated, listed_on, party = _party(row, notes)
    removal = _removal(row, listed_on, notes)
    listing = SeriousListing(
        key=_key(party, stated.name, listed_on, row.required("list_name")),
        party_name=party.name,
        party_kind=party.kind,
        party_uscc=party.uscc,
        registration_no=row.text("registration_no") if party.kind is PartyKind.ORGANISATION else Unknown.WITHHELD,
        authority=row.text("authority"),
        published=published,
        list_name=row.text("list_name"),
        listed_on=listed_on,
        reason=row.text("reason"),
        state=removal.state,
        removed_on=removal.on,
        removal_reason=removal.reason,
        removal_authority=removal.authority,
    )
    refuse_other_party(row, stated, party, listing.ref, notes)
    yield listing
    yield from party.statements(listing, listed_on)


def _party(row: Listed, notes: Notes) -> tuple[Stated, date, Party]:
    mark(row.source, notes)
    stated = Stated(row.required("party_name"), row.party_uscc, None, "party_name", "party_uscc")
    listed_on = required_day(row, "listed_on")
    return stated, listed_on, party_of(row, stated, listed_on, notes)


def _key(party: Party, name: str, listed_on: date, what: str) -> str:
    """A party may be listed twice on one day, for two reasons or in two lists."""
    whom = names.plain(name) if isinstance(party.uscc, Unknown) else party.uscc
    return f"{whom}/{listed_on}/{names.plain(what)}"


_REASONS = (
    (re.compile(r"年报|年度报告"), "年报"),
    (re.compile(r"弄虚作假|隐瞒"), "弄虚作假"),
    (re.compile(r"住所|经营场所|无法.{0,6}联系"), "住所"),
    (re.compile(r"有关企业信息|责令的期限"), "信息"),
)
"""The four reasons of 企业经营异常名录管理暂行办法, by the words that tell them apart."""


def _kind_of_reason(reason: str | Unknown) -> str:
    if isinstance(reason, Unknown):
        return "-"
    return next((kind for pattern, kind in _REASONS if pattern.search(reason)), reason)


def _authority(row: AbnormalListingRow) -> tuple[str | Unknown, str | Unknown]:
    """Division and name of the authority; a file with one column for it may hold either."""
    if row.division is None or _is_division(row.division):
        return row.text("division"), row.text("authority")
    name = row.text("division") if row.authority is None else row.text("authority")
    return Unknown.NOT_OBTAINED, name


def _is_division(text: str) -> bool:
    try:
        Division(text)
    except ValueError:
        return False
    return True


def _removal(row: Listed, listed_on: date, notes: Notes) -> Removal:
    """A column of removals that is empty says that the party is still listed; a file without one says nothing."""
    on = day(row, "removed_on")
    reason, authority = row.text("removal_reason"), row.text("removal_authority")
    if not isinstance(on, Unknown):
        in_order(row, "removed_on", listed_on, on)
    elif all(isinstance(each, Unknown) for each in (reason, authority)):
        told = {"removed_on", "removal_reason"} & row.model_fields_set
        return Removal(ListingState.LISTED, None, None, None) if told else Removal(on, on, reason, authority)
    else:
        notes.note(REMOVED_WITHOUT_DAY)
    return Removal(ListingState.REMOVED, on, reason, authority)


# --- the formats ------------------------------------------------------------------------------------------------------


def _file(name: str, model: type[CreditRow], take: Take) -> SourceFile:
    personal = personal_headings(model)
    ignored = [(heading, _NATURAL) for heading in sorted(personal)]
    ignored.append(("数据来源", _SOURCE))
    if "system_no" in model.model_fields:
        ignored.append(("主体身份代码", _SYSTEM_NUMBER))
    return SourceFile(
        (f"{name}.csv", f"{name}.csv.gz"),
        model,
        take,
        ignored=tuple(ignored),
        meaning=partial(meaning, model),
        personal=personal,
        any_name=True,
    )


def _format(name: str, label: str, file: SourceFile) -> Format:
    return Format(name=name, label=label, files=(file,), mode="increment", trust=PARTY_TRUST)


def _abnormal(published: YesNo | Unknown) -> SourceFile:
    return _file("abnormal_listings", AbnormalListingRow, partial(take_abnormal, published=published))


def _serious(published: YesNo | Unknown) -> SourceFile:
    return _file("serious_listings", SeriousListingRow, partial(take_serious, published=published))


ABNORMAL_LISTING = _format("abnormal-listing", "经营异常名录（已公示的数据）", _abnormal(YesNo.YES))
SERIOUS_LISTING = _format("serious-listing", "严重失信主体名单（已公示的数据）", _serious(YesNo.YES))
"""Published lists: each entry in them is published."""

ABNORMAL_LISTING_INTERNAL = _format(
    "abnormal-listing-internal", "经营异常名录（部门内部数据）", _abnormal(Unknown.NOT_OBTAINED)
)
SERIOUS_LISTING_INTERNAL = _format(
    "serious-listing-internal", "严重失信主体名单（部门内部数据）", _serious(Unknown.NOT_OBTAINED)
)
"""The same as exchanged between authorities: whether an entry is published they do not say."""
