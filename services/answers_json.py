"""The JSON shape of every answer: the same for the API and for the commands' `--json`.

Each function takes an answer of a service and gives dicts, lists, text, numbers and None, keys in a fixed order.
Counts by basis are always three numbers side by side: nothing here adds them.
"""

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from graph.ledger import Load
from graph.ontology import Basis, FormerName, Ref, chinese
from graph.view import DatasetInfo, Evidence, Source
from loaders.words import both
from rules.law import Citation
from services.chains import ChainMap, ChainSummary, SegmentCard
from services.credit import CreditStrip, KindSearched, RepairDay, Restriction
from services.enterprise import Fact, Profile, Relation
from services.partners import (
    Candidate,
    Choice,
    Filters,
    Hop,
    Named,
    PartnerAnswer,
    Path,
    Question,
    Relaxation,
    Searched,
    WhyNot,
)
from services.search import Found

Json = dict[str, Any]
DECIMALS = 6  # of a score: more are noise of the arithmetic


# --- parts ------------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """A property's value as JSON: days as ISO text, decimals as text (3000.50 stays 3000.50), closed lists by word."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(part) for name, part in asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(part) for part in value]
    return value


def day(value: date | None) -> str | None:
    """A day as YYYY-MM-DD, None where it is not known."""
    return None if value is None else value.isoformat()


def counts(by_basis: Mapping[Basis, int]) -> Json:
    """Always all three, the surest first, never added together."""
    return {basis.value: int(by_basis.get(basis, 0)) for basis in Basis}


def source(found: Source) -> Json:
    """Where a fact comes from; `row` is None where we computed it."""
    return {
        "dataset": found.dataset,
        "label": found.label,
        "file": found.file,
        "row": found.row,
        "digest": found.digest,
        "retrieved": day(found.retrieved),
        "synthetic": found.synthetic,
    }


def named(record: Named) -> Json:
    """A record by type, key and name."""
    return reference(record.ref, record.name)


def reference(ref: Ref, name: str) -> Json:
    """A record by type, key and name."""
    return {"type": ref.type, "key": ref.key, "name": name}


def dataset(info: DatasetInfo) -> Json:
    """A data set, when it was last loaded, whether it is made up."""
    return {
        "name": info.name,
        "label": info.label,
        "format": info.format,
        "synthetic": info.synthetic,
        "loaded_on": day(info.loaded_on),
        "data_day": day(info.data_day),
    }


# --- partners ---------------------------------------------------------------------------------------------------------


def partner_answer(answer: PartnerAnswer) -> Json:
    """The answer to a partner question: what was asked, what was searched, who was found, what could be loosened."""
    return {
        "query": question(answer.question, answer.subject),
        "searched": searched(answer.searched),
        "counts": counts(answer.counts),
        "candidates": [candidate(each) for each in answer.candidates],
        "choices": [choice(each) for each in answer.choices],
        "relaxations": [relaxation(each) for each in answer.relaxations],
    }


def question(asked: Question, subject: Named) -> Json:
    """The question as it was understood: the key that was found, all filters, the day."""
    return {
        "asked": asked.key,
        **named(subject),
        "relation": asked.relation.value,
        "on": day(asked.on),
        "top": asked.top,
        **filters(asked.filters),
        "known": asked.known,
        "core": asked.core,
        "division": asked.division,
    }


def filters(chosen: Filters) -> Json:
    """The filters; None and an empty list ask nothing."""
    bases = [basis.value for basis in Basis if basis in chosen.bases]
    return {"place": plain(chosen.place), "size": plain(chosen.size), "basis": bases, "credit": plain(chosen.credit)}


def searched(found: Searched) -> Json:
    """What was searched, up to which day, how far, where it stopped."""
    return {
        "datasets": [dataset(each) for each in found.datasets],
        "missing": [{"source": name, "why": why} for name, why in found.missing],
        "until": day(found.until),
        "until_stated": found.until_stated,
        "hops": found.hops,
        "products": found.products,
        "materials": found.materials,
        "known_left_out": found.known_left_out,
        "stopped": list(found.stopped),
        "stopped_en": list(found.stopped_en),
    }


def candidate(found: Candidate) -> Json:
    """A candidate with the paths that speak for it."""
    return {
        **reference(found.ref, found.name),
        "basis": found.basis.value,
        "tier": found.tier.value,
        "score": score(found.score),
        "known": found.known,
        "filler": plain(found.filler),
        "division": found.division,
        "place": found.place,
        "size": plain(found.size),
        "paths": [path(each) for each in found.paths],
        "more_paths": found.more_paths,
        "credit": None if found.credit is None else credit_strip(found.credit),
    }


def credit_strip(known: CreditStrip) -> Json:
    """What is known of somebody's credit in one line, and where nobody has looked."""
    return {
        "on": day(known.on),
        "state": known.state.value,
        "counts": {gravity.value: count for gravity, count in known.counts.items()},
        "shown": known.shown,
        "ended": known.ended,
        "undecided": known.undecided,
        "perhaps": known.perhaps,
        "earliest": repair_day(known.earliest),
        "latest": repair_day(known.latest),
        "day_open": known.day_open,
        "restrictions": [restriction(each) for each in known.restrictions],
        "searched": [kind_searched(each) for each in known.searched],
        "not_loaded": [kind.value for kind in known.not_loaded],
        "until": day(known.until),
        "until_stated": known.until_stated,
        "sources_searched": known.sources_searched,
        "synthetic": known.synthetic,
    }


def repair_day(known: RepairDay | None) -> Json | None:
    """The first day of one record in one way, and the clause that it rests on."""
    if known is None:
        return None
    return {
        "day": day(known.day),
        "gravity": known.gravity.value,
        "gravity_zh": known.gravity.chinese,
        "automatic": known.automatic,
        "assumed": known.assumed,
        "clause": citation(known.clause),
        "record": {"type": known.ref.type, "key": known.ref.key},
    }


def citation(cited: Citation) -> Json:
    """A place in a legal text, with its reading mark in a letter and in Chinese."""
    return {**cited.json(), "mark_zh": cited.mark.chinese}


def restriction(stated: Restriction) -> Json:
    """A restriction as a register row states it."""
    return {
        "text": stated.text,
        "until": day(stated.until),
        "record": {"type": stated.ref.type, "key": stated.ref.key},
        "sources": [source(each) for each in stated.sources],
    }


def kind_searched(kind: KindSearched) -> Json:
    """A kind of credit record, the data sets that were searched for it, until which day."""
    return {
        "kind": kind.kind.value,
        "label": kind.label,
        "datasets": [dataset(each) for each in kind.datasets],
        "until": day(kind.until),
        "until_stated": kind.until_stated,
    }


def score(value: float) -> float:
    """A score from 0 to 1, without the noise of the arithmetic."""
    return round(float(value), DECIMALS)


def path(found: Path) -> Json:
    """One evidence path, what it contributes, and what weakens it."""
    return {
        "score": score(found.score),
        "hops": [hop(each) for each in found.hops],
        "notes": list(found.notes),
    }


def hop(step: Hop) -> Json:
    """One step: from and to are keys, their names and types stand beside them."""
    return {
        "from": step.from_.ref.key,
        "from_type": step.from_.ref.type,
        "from_name": step.from_.name,
        "link": step.link,
        "label": step.label,
        "to": step.to.ref.key,
        "to_type": step.to.ref.type,
        "to_name": step.to.name,
        "basis": step.basis.value,
        "score": None if step.score is None else score(step.score),
        "stated_on": day(step.stated_on),
        "source": source(step.source),
    }


def choice(offered: Choice) -> Json:
    """A filter that could be set or taken away, with what it would leave."""
    return {
        "label": offered.label,
        **filters(offered.filters),
        "chosen": offered.chosen,
        "counts": counts(offered.counts),
        "unknown": offered.unknown,
    }


def relaxation(offered: Relaxation) -> Json:
    """One condition loosened, with what the list would then hold."""
    return {
        "label": offered.label,
        **filters(offered.filters),
        "known": offered.known,
        "counts": counts(offered.counts),
    }


def why_not(answer: WhyNot) -> Json:
    """Why somebody is not in the list, in Chinese and in English; `rank` where he is in it."""
    return {
        **named(answer.other),
        "code": answer.code,
        "why": answer.zh,
        "why_en": answer.en,
        "rank": answer.rank,
        "details": dict(answer.details),
    }


# --- search and enterprises -------------------------------------------------------------------------------------------


def found(each: Found) -> Json:
    """One record that a search found, and by what."""
    return {
        **reference(each.ref, each.name),
        "matched": each.matched.value,
        "text": each.text,
        "exact": each.exact,
        "place": each.place,
    }


def profile(known: Profile) -> Json:
    """An enterprise: every property with its sources or why it is not known, and its links."""
    return {
        **reference(known.ref, known.name),
        "short_name": known.short_name,
        "former_names": [former_name(each) for each in known.former_names],
        "other_names": list(known.other_names),
        "known": known.known,
        "unknown": known.unknown,
        "synthetic": known.synthetic,
        "facts": [fact(each) for each in known.facts],
        "relations": [relation(each) for each in known.relations],
    }


def former_name(former: FormerName) -> Json:
    """A name no longer borne; `until` is None where no source says it."""
    return {"name": former.name, "until": day(former.until)}


def fact(stated: Fact) -> Json:
    """One property: its text, or why there is none; every value that a source states."""
    return {
        "name": stated.name,
        "label": stated.label,
        "text": stated.text,
        "unknown": plain(stated.unknown),
        "unknown_label": None if stated.unknown is None else chinese(stated.unknown),
        "disagree": stated.disagree,
        "stated": [
            {"value": plain(value), "text": text, "source": source(where)} for value, text, where in stated.stated
        ],
    }


def relation(seen: Relation) -> Json:
    """One link of the enterprise, seen from it."""
    return {
        "label": seen.label,
        "other": reference(seen.other, seen.other_name),
        "basis": seen.basis.value,
        "holds": seen.holds,
        "evidence": evidence(seen.evidence),
    }


def evidence(link: Evidence) -> Json:
    """One link in full."""
    return {
        "link": link.type,
        "from": link.from_ref.key,
        "from_type": link.from_ref.type,
        "to": link.to_ref.key,
        "to_type": link.to_ref.type,
        "basis": link.basis.value,
        "valid_from": day(link.valid_from),
        "valid_to": day(link.valid_to),
        "properties": plain(link.properties),
        "source": source(link.source),
    }


# --- chains -----------------------------------------------------------------------------------------------------------


def chain_summary(chain: ChainSummary) -> Json:
    """One chain in the list."""
    return {
        **reference(chain.ref, chain.name),
        "segments": chain.segments,
        "counts": counts(chain.counts),
        "single_suppliers": chain.single_suppliers,
        "empty": chain.empty,
    }


def chain_map(chain: ChainMap) -> Json:
    """A chain with its segments and the links between them (upstream, downstream), by key."""
    return {
        **chain_summary(chain.summary),
        "segments": [segment(each) for each in chain.segments],
        "links": [{"upstream": upper.key, "downstream": lower.key} for upper, lower in chain.links],
        "synthetic": chain.synthetic,
        "until": day(chain.until),
        "until_stated": chain.until_stated,
    }


def segment(card: SegmentCard) -> Json:
    """One segment on the map, with the warning that applies to it and why."""
    return {
        **reference(card.ref, card.name),
        "side": card.side.value,
        "order": card.order,
        "counts": counts(card.counts),
        "outside": card.outside,
        "dependents": card.dependents,
        "products": card.products,
        "warning": card.warning,
        "why": card.why,
        "cut": card.cut,
        "closed": card.closed,
        "source": None if card.source is None else source(card.source),
    }


# --- loads ------------------------------------------------------------------------------------------------------------


def load_summary(done: Load) -> Json:
    """One load in the list: its data set, times (UTC) and counts; refused rows only as their number."""
    report = done.report
    return {
        "id": done.id,
        "dataset": done.dataset,
        "label": done.label,
        "format": done.format,
        "synthetic": done.synthetic,
        "mode": done.mode,
        "undoes": done.undoes,
        "undone_by": done.undone_by,
        "started_at": utc(done.started_at),
        "committed_at": utc(done.committed_at),
        "data_day": day(done.data_day),
        "position": done.position,
        **{name: report.get(name, 0) for name in ("rows", "new", "changed", "unchanged", "retracted")},
        "refused": len(report.get("refused", ())),
    }


def load_report(done: Load) -> Json:
    """One load in full: its files, and the report as `lianxin load --report` writes it, refused rows included."""
    return {**load_summary(done), "files": [plain(each) for each in done.files], "report": plain(both(done.report))}


def utc(moment: datetime) -> str:
    """A moment of the ledger (UTC without a mark) as RFC 3339 text."""
    return moment.isoformat(timespec="seconds") + "Z"
