"""Credit events of an enterprise 信用记录: every penalty and listing against it, with the source of each value.

What is not here may be unknown rather than clean: the answer names every kind of record for which no source is
loaded, and the events that bear one of the enterprise's names but could not be tied to one enterprise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from graph import names
from graph.ontology import CREDIT_EVENTS, PartyKind, Ref, TiedBy, Unknown
from graph.view import DatasetInfo, Entity, Evidence, Source, Stated, View
from services.outcomes import OutcomeOf, outcomes
from services.search import resolve


class RecordKind(StrEnum):
    """记录类别 The kinds of credit record that an enterprise may have, whether we can load them or not."""

    PENALTY = "penalty"  # 行政处罚
    SERIOUS_LISTING = "serious_listing"  # 严重失信主体名单
    ABNORMAL_LISTING = "abnormal_listing"  # 异常名录
    OTHER_DISHONESTY = "other_dishonesty"  # 其他失信信息
    SPOT_CHECK = "spot_check"  # 抽查检查结果
    TAX_CREDIT = "tax_credit"  # 纳税信用
    JUDGMENT_DEFAULTER = "judgment_defaulter"  # 失信被执行人


KIND_ZH: Mapping[RecordKind, str] = {
    RecordKind.PENALTY: "行政处罚",
    RecordKind.SERIOUS_LISTING: "严重失信主体名单",
    RecordKind.ABNORMAL_LISTING: "经营异常名录",
    RecordKind.OTHER_DISHONESTY: "其他失信信息",
    RecordKind.SPOT_CHECK: "抽查检查结果",
    RecordKind.TAX_CREDIT: "纳税信用",
    RecordKind.JUDGMENT_DEFAULTER: "失信被执行人",
}

KIND_OF_TYPE: Mapping[str, RecordKind] = {
    "Penalty": RecordKind.PENALTY,
    "AbnormalListing": RecordKind.ABNORMAL_LISTING,
    "SeriousListing": RecordKind.SERIOUS_LISTING,
}
"""Record type → kind. The other kinds have no format yet, so that they are never loaded."""

FORMATS_OF: Mapping[RecordKind, Sequence[str]] = {
    RecordKind.PENALTY: ("shuanggongshi-2018", "shuanggongshi-2018-internal"),
    RecordKind.ABNORMAL_LISTING: ("abnormal-listing", "abnormal-listing-internal"),
    RecordKind.SERIOUS_LISTING: ("serious-listing", "serious-listing-internal"),
}
DAY_OF: Mapping[str, str] = {"Penalty": "document_date", "AbnormalListing": "listed_on", "SeriousListing": "listed_on"}
"""The property that says when an event came to be."""


@dataclass(frozen=True, slots=True)
class CreditEventOf:
    """One event: its values with all their sources, its day, and how it was tied to the enterprise.

    `tie`: the link with its own source; None while the event is not tied. `masked`: about a sole trader, so that its
    party has no name here and a list shows none. `outcomes`: what came of cases about it, the oldest first.
    """

    ref: Ref
    kind: RecordKind
    day: date | None
    values: Mapping[str, Sequence[Stated]]
    sources: Sequence[Source]
    tie: Evidence | None
    tied_by: TiedBy | None
    masked: bool
    outcomes: Sequence[OutcomeOf] = ()

    def get(self, name: str) -> Any:
        """The value that is taken: None where no source has the field, an Unknown where one says why not."""
        stated = self.values.get(name)
        return stated[0].value if stated else None


@dataclass(frozen=True, slots=True)
class CreditRecords:
    """信用记录 What is known of an enterprise's credit on a day, and where nobody has looked.

    `events`: those against it, the newest first. `perhaps`: those that state one of its names, without a code, and
    are tied to nobody. `loaded`: the data sets searched. `not_loaded`: kinds of record of which none is loaded.
    """

    ref: Ref
    on: date
    events: Sequence[CreditEventOf]
    perhaps: Sequence[CreditEventOf]
    loaded: Sequence[DatasetInfo]
    not_loaded: Sequence[RecordKind]


def records(view: View, enterprise: str, on: date) -> CreditRecords:
    """The credit events of an enterprise, by key or name, that existed on a day.

    Raises NotKnown, BadQuestion when several bear the name.
    """
    handle = resolve(view, enterprise, ("Enterprise",))
    return CreditRecords(
        ref=view.ref(handle),
        on=on,
        events=against(view, [handle], on)[handle],
        perhaps=perhaps(view, handle, on),
        loaded=[each for each in view.datasets if any(each.format in formats for formats in FORMATS_OF.values())],
        not_loaded=not_loaded(view),
    )


def not_loaded(view: View) -> list[RecordKind]:
    """The kinds of credit record for which the view holds no data set: of them nothing is known, not even "none"."""
    formats = {each.format for each in view.datasets}
    return [kind for kind in RecordKind if not formats & set(FORMATS_OF.get(kind, ()))]


def untied(view: View, on: date) -> list[CreditEventOf]:
    """The events that are tied to no enterprise: each waits for somebody who knows whom it is about."""
    return _newest_first([event for event in _untied(view) if existed(event, on)])


def against(view: View, handles: Sequence[int], on: date) -> Mapping[int, Sequence[CreditEventOf]]:
    """The events against each of these enterprises that existed on a day, the newest first.

    Two data sets may tie one event, each by its row: the first one is shown.
    """
    links = view.links("Against", handles, "in", on=None)
    entities, ties = view.entities_of(links.other.tolist()), view.evidences("Against", links.link.tolist())
    found: dict[int, dict[Ref, CreditEventOf]] = {handle: {} for handle in handles}
    settled = outcomes(view, links.other.tolist())
    for origin, entity, tie, came in zip(links.origin, entities, ties, settled, strict=True):
        found[handles[origin]].setdefault(entity.ref, _event(entity, tie, came))
    return {
        handle: _newest_first([event for event in by_ref.values() if existed(event, on)])
        for handle, by_ref in found.items()
    }


def perhaps(view: View, handle: int, on: date) -> list[CreditEventOf]:
    """The events that state one of an enterprise's names, without a code, and are tied to nobody; the newest first."""
    return perhaps_each(view, [handle], on)[handle]


def perhaps_each(view: View, handles: Sequence[int], on: date) -> Mapping[int, list[CreditEventOf]]:
    """The same of many enterprises."""
    by_name = _untied_by_name(view)
    if not by_name:
        return {handle: [] for handle in handles}
    return {entity.handle: _bearing(by_name, entity, on) for entity in view.entities_of(handles)}


def _bearing(by_name: Mapping[str, Sequence[CreditEventOf]], entity: Entity, on: date) -> list[CreditEventOf]:
    bears = [entity.get("name"), *(former.name for former in entity.all("former_names"))]
    plain = sorted({names.plain(name) for name in bears if name})
    return _newest_first([event for name in plain for event in by_name.get(name, ()) if existed(event, on)])


def event_handles(view: View) -> list[int]:
    """The handles of all events of all parties, those that came into the ledger first in front."""
    return sorted(int(handle) for kind in CREDIT_EVENTS for handle in view.all_of(kind.__name__))


def event_of(view: View, ref: Ref) -> CreditEventOf | None:
    """One event with its tie; None where the ledger holds no such record."""
    handle = view.handle(ref) if ref.type in KIND_OF_TYPE else None
    return None if handle is None else events(view, [handle])[0]


def events(view: View, handles: Sequence[int]) -> list[CreditEventOf]:
    """These events in their order, each with its tie."""
    links = view.links("Against", handles, "out", on=None)
    ties: dict[int, Evidence] = {}
    for origin, tie in zip(links.origin.tolist(), view.evidences("Against", links.link.tolist()), strict=True):
        ties.setdefault(origin, tie)  # two data sets may tie one event: the first one is shown
    read = zip(view.entities_of(handles), outcomes(view, handles), strict=True)
    return [_event(entity, ties.get(place), came) for place, (entity, came) in enumerate(read)]


def existed(event: CreditEventOf, on: date) -> bool:
    """Whether an event had come to be on a day; one without a day always has."""
    return event.day is None or event.day <= on


def _untied_by_name(view: View) -> Mapping[str, Sequence[CreditEventOf]]:
    """The untied events without a code by the name that they state, made once for a state of the view."""
    kept = view.derived("untied credit events")
    if "by name" not in kept:
        by_name: dict[str, list[CreditEventOf]] = {}
        for event in _untied(view):
            name, code = event.get("party_name"), event.get("party_uscc")
            if name is not None and isinstance(code, Unknown) and not isinstance(name, Unknown):
                by_name.setdefault(names.plain(name), []).append(event)
        kept["by name"] = by_name
    found: Mapping[str, Sequence[CreditEventOf]] = kept["by name"]
    return found


def _untied(view: View) -> list[CreditEventOf]:
    found = []
    for declared in CREDIT_EVENTS:
        handles = view.all_of(declared.__name__)
        tied = {int(handles[origin]) for origin in view.links("Against", handles, "out", on=None).origin}
        found += [_event(each, None, ()) for each in view.entities_of(h for h in handles.tolist() if h not in tied)]
    return found


def _event(entity: Entity, tie: Evidence | None, came: Sequence[OutcomeOf]) -> CreditEventOf:
    day = entity.get(DAY_OF[entity.ref.type])
    tied_by = tie.properties.get("tied_by") if tie else None
    return CreditEventOf(
        ref=entity.ref,
        kind=KIND_OF_TYPE[entity.ref.type],
        day=day if isinstance(day, date) else None,
        values=entity.values,
        sources=list(dict.fromkeys(stated.source for values in entity.values.values() for stated in values)),
        tie=tie,
        tied_by=tied_by,
        masked=entity.get("party_kind") is PartyKind.SOLE_TRADER,
        outcomes=came,
    )


def _newest_first(events: Sequence[CreditEventOf]) -> list[CreditEventOf]:
    """By day, the newest first; then by record, so that equal questions get equal lists."""
    return sorted(events, key=lambda event: (-(event.day or date.min).toordinal(), event.ref))
