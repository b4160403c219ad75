"""The procedure of credit repair once more, as plain code with its numbers in it: no walk, no citations, no dated law.

What the engine is measured against, and what a test compares it with. It knows facts only; nothing of the rules.
"""

import calendar
from datetime import date, timedelta
from itertools import product
from typing import Any

from rules.credit_repair.facts import Facts

Found = tuple[str, frozenset[str], frozenset[str], str, date | None, date | None]
One = tuple[str, set[str], set[str], str, date | None, date | None]

DAY = timedelta(days=1)
MARKET = ("penalty", "serious_listing", "abnormal_listing", "spot_check")
WEIGHT = {"minor": 0, "general": 1, "none": 1, "serious": 2}
FOOD = ("food", "drug", "special_equipment")
GRAVE = ("revoke_licence", "employment_ban", "restrict_business", "stop_production", "close")


def months(day: date, n: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def rule_set(kind: str, market: bool, day: date) -> str:
    if market:
        if day >= date(2025, 12, 25):
            return "SAMR-107"
        return "SAMR-2021" if day >= date(2021, 9, 1) and kind != "spot_check" else ""
    if day >= date(2026, 4, 1):
        return "NDRC-36"
    return "NDRC-58" if day >= date(2023, 5, 1) and kind == "penalty" else ""


def of_sanction(sanction: str, band: str | None, rules: str) -> tuple[frozenset[str], str]:
    """The possible gravities of a sanction, and why several are possible."""
    if sanction in ("warning", "criticism"):
        return frozenset({"minor"}), ""
    if sanction == "fine" and band is not None:
        return frozenset({{"low": "minor", "large": "general", "huge": "serious"}[band]}), ""
    if sanction in ("confiscate_income", "confiscate_goods"):
        return frozenset({"general"}), ""
    if sanction in GRAVE:
        return frozenset({"serious"}), ""
    if sanction in ("suspend_licence", "downgrade_qualification"):
        if rules == "NDRC-36":
            return frozenset({"general", "serious"}), "CLASS_SOURCE_CONFLICT"
        return frozenset({"general" if sanction == "suspend_licence" else "serious"}), ""
    return frozenset({"minor", "general", "serious"}), "CLASS_UNDETERMINED"


def gravity_ways(f: Facts, rules: str) -> tuple[dict[tuple[str, str], str], bool]:
    """(value of the undetermined part, value of the conflict) → gravity; and whether sanctions differ."""
    if rules == "NDRC-58":
        return {("", ""): "none"}, False
    scheme = "NDRC-36" if rules == "NDRC-36" else "SAMR-107"
    if f.kind == "abnormal_listing":
        sets = [(frozenset({"minor"}), "")]
    elif f.kind == "serious_listing":
        sets = [(frozenset({"serious"}), "")]
    elif f.kind != "penalty":
        sets = [(frozenset({"minor", "general", "serious"}), "CLASS_UNDETERMINED")]
    elif f.procedure == "simple":
        sets = [(frozenset({"minor"}), "")]
    else:
        sets = [of_sanction(s, f.fine_band, scheme) for s in f.sanctions]
    fixed = [next(iter(s)) for s, why in sets if not why]
    loose = ["minor", "general", "serious"] if any(why == "CLASS_UNDETERMINED" for _, why in sets) else [""]
    torn = ["general", "serious"] if any(why == "CLASS_SOURCE_CONFLICT" for _, why in sets) else [""]
    ways = {}
    for one, other in product(loose, torn):
        heaviest = max([*fixed, *filter(None, (one, other))], key=WEIGHT.__getitem__)
        ways[one, other] = heaviest if rules != "SAMR-2021" or heaviest == "minor" else "none"
    return ways, rules != "SAMR-2021" and len({s for s, _ in sets}) > 1


def periods(f: Facts, rules: str, gravity: str) -> tuple[int | None, int | None, bool]:
    if f.kind == "abnormal_listing":
        return 0, None, False
    if rules in ("NDRC-36", "SAMR-107"):
        least: int | None = {"minor": 0, "general": 3, "serious": 12}[gravity]
        if gravity == "minor" and rules == "SAMR-107":
            least = None
        return least, {"minor": 3, "general": 12, "serious": 36}[gravity], False
    if rules == "NDRC-58":
        rich = f.fine_yuan is not None and f.fine_yuan >= 100_000
        sector = f.special_sector in (*FOOD, "fire") or (f.special_sector == "work_safety" and rich)
        return (12, 36, True) if sector else (3, 36, False)
    if f.kind == "serious_listing":
        return 12, 36, False
    if gravity == "minor":
        return None, 3, False
    return (12, 36, True) if f.special_sector in FOOD else (6, 36, False)


def judge(f: Facts, on: date, rules: str, gravity: str, several: bool, published: bool, done: bool, k: Any) -> One:
    """Steps 4 to 10 in one way. `k`: start, market, assumed, changed."""
    start, market, assumed, changed = k
    new = rules in ("NDRC-36", "SAMR-107")
    least, most, sector = periods(f, rules, gravity)
    end = None if not least else months(start, least)
    not_before = start if least == 0 else None if end is None else end + DAY
    last_day = None if most is None else months(start, most)
    excluded = False
    if rules == "NDRC-36" and f.exclusion_decided_on and f.exclusion_decided_on <= on:
        free = months(f.exclusion_decided_on, 36)
        excluded, not_before = on <= free, max(filter(None, (not_before, free + DAY)))
    listed_samr = market and f.kind == "serious_listing"
    if listed_samr and f.measure_ends_on:
        not_before = max(filter(None, (not_before, f.measure_ends_on + DAY)))
    runs = f.measure_ends_on is not None and f.measure_ends_on >= on
    stage = f.bankruptcy_stage if new and f.bankruptcy_on and f.bankruptcy_on <= on else None
    plan = stage in ("plan_approved", "settlement_recognised")
    notes = set()
    if stage == "terminated":
        notes.add("SHIELD_LIFTED")
    if f.litigation:
        notes.add("PENDING_REVIEW_NO_SUSPENSION")
    if f.kind == "serious_listing":
        notes.add("CHECK_LIST_RULE")
    if sector:
        notes.add("SECTOR_MIN_1Y")
    if several:
        notes.add("MULTI_SANCTION_MAX")
    if not published:
        return "not_applicable", {"NOT_PUBLISHED"}, notes, gravity, None, None
    if assumed:
        notes.add("START_ASSUMED")
    if changed:
        return "review", {"TRANSITION_UNVERIFIED"}, notes, gravity, not_before, last_day
    past = last_day is not None and on > last_day
    if f.non_repairable_basis:
        return "review" if past else "no", {"NON_REPAIRABLE_BY_LAW"}, notes, gravity, None, last_day
    if market and gravity == "minor" and f.kind in ("penalty", "spot_check"):
        return "not_applicable", {"AUTO_NO_APPLICATION"}, notes, gravity, None, last_day
    rest = notes, gravity, not_before, last_day
    missing = {"MISSING_FACT:published_on"} if assumed else set()
    if past and not done and not assumed:
        if stage == "completed":
            return "review", {"BANKRUPTCY_COMPLETED"}, *rest
        return "not_yet", {"MAX_ELAPSED_UNFULFILLED"} | ({"BANKRUPTCY_TEMP_SHIELD"} if plan else set()), *rest
    if past and done:
        if excluded:
            return "review", {"EXCLUDED_FALSE_COMMITMENT"} | missing, *rest
        if runs:
            return "review", {"MGMT_MEASURE_NOT_EXPIRED"} | missing, *rest
        return ("review", missing, *rest) if missing else ("not_applicable", {"MAX_PERIOD_ELAPSED_AUTO_STOP"}, *rest)
    failed = set()
    if end is not None and on <= end:
        failed.add("MIN_PERIOD_NOT_ELAPSED")
    if not done:
        failed.add("OBLIGATION_UNFULFILLED")
    if not f.public_commitment:
        failed.add("NO_PUBLIC_COMMITMENT")
    if excluded:
        failed.add("EXCLUDED_FALSE_COMMITMENT")
    if runs and listed_samr:
        failed.add("MGMT_MEASURE_NOT_EXPIRED")
    if failed:
        if stage == "completed" and failed <= {"MIN_PERIOD_NOT_ELAPSED", "OBLIGATION_UNFULFILLED"}:
            return "review", {"BANKRUPTCY_COMPLETED"}, *rest
        return "not_yet", failed | ({"BANKRUPTCY_TEMP_SHIELD"} if plan else set()), *rest
    doubts = set(missing)
    if runs:
        doubts.add("MGMT_MEASURE_NOT_EXPIRED")
    if market and f.kind == "penalty" and f.repeat_penalised_on and f.repeat_penalised_on <= on:
        doubts.add("REPEAT_OFFENCE")
    early = on <= months(start, 12)
    if rules == "SAMR-107" and f.kind == "penalty" and gravity == "general" and f.special_sector in FOOD and early:
        doubts.add("SECTOR_MIN_UNKNOWN")
    if rules == "NDRC-58" and f.special_sector == "work_safety" and f.fine_yuan is None and early:
        doubts.add("SECTOR_MIN_UNKNOWN")
    return ("review", doubts, *rest) if doubts else ("yes", set(), *rest)


def one_way(f: Facts, on: date, rules: str, older: str, gravity: str, published: bool, done: bool, k: Any) -> One:
    several = gravity_ways(f, rules)[1]
    new = judge(f, on, rules, gravity, several, published, done, k)
    if not older:
        return new
    was = gravity if older == "SAMR-2021" and gravity == "minor" else "none"
    old = judge(f, on, older, was, False, published, done, k)
    if old[0] == new[0] or new[0] == "review" or (old[0] == "review" and new[0] in ("not_yet", "no")):
        return new
    code = "TRANSITION_UNVERIFIED"
    if "MAX_PERIOD_ELAPSED_AUTO_STOP" in new[1]:
        code = "TRANSITION_MAX_SHORTENED"
    elif old[0] == "yes" and new[0] == "not_yet":
        code = "TRANSITION_ADVERSE"
    return "review", {code}, *new[2:]


def plain(f: Facts, on: date) -> Found:
    """Answer, reasons, notes, gravity, not_before, last_day."""
    if f.decision_revoked_on and f.decision_revoked_on <= on:
        return _early("not_applicable", "PENALTY_REVOKED")
    if f.repaired_on and f.repaired_on <= on:
        return _early("not_applicable", "ALREADY_REPAIRED")
    if f.authority_system == "tax":
        cured = f.tax_cured_within_days is not None and f.tax_cured_within_days <= 3
        return _early("not_applicable", "AUTO_NO_APPLICATION" if cured else "WRONG_CHANNEL")
    if f.authority_system == "court":
        return _early("not_applicable", "WRONG_CHANNEL")
    market = f.authority_system == "samr" and f.kind in MARKET
    filed = f.application_filed_on if f.application_filed_on and f.application_filed_on <= on else None
    rules = rule_set(f.kind, market, filed or on)
    if not rules:
        return _early("review", "RULES_NOT_LOADED")
    listed, public, paper = (d if d and d <= on else None for d in (f.listed_on, f.published_on, f.document_date))
    start = listed or (public if market else None) or paper
    assert start is not None
    changed = filed is not None and rule_set(f.kind, market, on) != rules
    k = start, market, market and listed is None and public is None, changed
    first = {"NDRC-36": date(2026, 4, 1), "SAMR-107": date(2025, 12, 25)}.get(rules)
    older = {"NDRC-36": "NDRC-58", "SAMR-107": "SAMR-2021"}.get(rules, "")
    if f.kind != "penalty" or first is None or start >= first:
        older = ""
    done = f.duties_done if f.duties_done_on is None else f.duties_done_on <= on
    grid = {}
    for cell, gravity in gravity_ways(f, rules)[0].items():
        for published in (True, False) if f.published is None else (f.published,):
            for ready in (True, False) if done is None else (done,):
                grid[*cell, published, ready] = one_way(f, on, rules, older, gravity, published, ready, k)
    return _together(grid, gravity_ways(f, rules)[0])


def _early(answer: str, reason: str) -> Found:
    return answer, frozenset({reason}), frozenset(), "n/a", None, None


POINTS = ("CLASS_UNDETERMINED", "CLASS_SOURCE_CONFLICT", "MISSING_FACT:published", "MISSING_FACT:duties_done")


def _together(grid: dict[Any, One], gravities: dict[tuple[str, str], str]) -> Found:
    ways = list(grid.values())
    notes = set().union(*(way[2] for way in ways))
    gravity, not_before, last_day = (
        next(iter(values)) if len(values := {way[n] for way in ways}) == 1 else None for n in (3, 4, 5)
    )
    if len({way[0] for way in ways}) == 1:
        answer = ways[0][0]
        reasons = set.intersection(*(way[1] for way in ways)) or set().union(*(way[1] for way in ways))
        notes |= {POINTS[n] for n in (0, 1) if _moves(gravities, n)}
    else:
        answer, reasons = "review", {POINTS[n] for n in range(4) if _moves({c: w[0] for c, w in grid.items()}, n)}
    return answer, frozenset(reasons), frozenset(notes), gravity or "undetermined", not_before, last_day


def _moves(table: dict[Any, str], n: int) -> bool:
    """Whether varying the nth coordinate alone changes the value somewhere."""
    return any(
        table[one] != table[other]
        for one in table
        for other in table
        if all(one[i] == other[i] for i in range(len(one)) if i != n)
    )
