"""The questions of IP finance as plain code over the JSON of a case, written a second time: nothing of the engine.

A property test holds that both say the same of any request; rest days are Saturdays and Sundays.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

DAY = timedelta(days=1)
PATENTS = ("INVENTION", "UTILITY_MODEL", "DESIGN")
WORKS = ("SOFTWARE_COPYRIGHT", "WORK_COPYRIGHT")
Codes = dict[str, str]


def plain(facts: dict[str, Any], on: date) -> tuple[str, list[str], list[str], list[str], bool, str, dict[str, str]]:
    """answer, failed, review, warnings, credit_repair_path, right_last_day, asset_answers."""
    until = facts.get("consent_valid_until")
    scope = facts.get("consent_scope") or []
    if facts.get("consent_status") != "granted" or "ip_pledge" not in scope or not until or on > day(until):
        return "not_applicable", ["G-01"], [], [], False, "", {}
    if "assets" in facts:
        return _several(facts, on)
    codes, warnings = asset(facts, on)
    answer = worst(codes)
    if answer == "not_applicable":
        return answer, ["G-02"], [], warnings, False, "", {}
    own = borrower(facts) | terms(facts, on) | cap(facts, [facts])
    path = answer == "yes" and bool(own) and all(mended(facts, code) for code in own)
    both = codes | own
    last = "" if "G-02" in codes else str(last_day(facts, on) or "")
    return worst(both), failed(both), asked(both), warnings, path, last, {}


def _several(facts: dict[str, Any], on: date) -> Any:
    shared = {name: value for name, value in facts.items() if name not in ("assets", "portfolio_mode")}
    each = {id: {**shared, **own} for id, own in facts["assets"].items()}
    judged = {id: asset(own, on) for id, own in each.items()}
    answers = {id: worst(codes) for id, (codes, _) in judged.items()}
    named = {f"{id}:{code}": said for id, (codes, _) in judged.items() for code, said in codes.items()}
    warnings = [w for w in ("W-TWIN", "W-INVALIDATION", "W-LICENCE") if any(w in given for _, given in judged.values())]
    counted = [answer for answer in answers.values() if answer != "not_applicable"]
    if not counted:
        return "not_applicable", failed(named), asked(named), warnings, False, "", answers
    order = ["no", "not_yet", "review", "yes"]
    pick = min if facts.get("portfolio_mode") == "ALL_MUST_PASS" else max
    part = pick(counted, key=order.index)
    own = borrower(shared)
    if part == "yes":
        own |= cap(shared, [each[id] for id, answer in answers.items() if answer == "yes"])
        if any(answer != "yes" for answer in answers.values()):
            warnings.append("W-PARTIAL")
    path = part == "yes" and bool(own) and all(mended(shared, code) for code in own)
    answer = min([part, worst(own)], key=order.index)
    return answer, failed(named | own), asked(named | own), warnings, path, "", answers


def worst(codes: Codes) -> str:
    for answer in ("not_applicable", "no", "not_yet", "review"):
        if answer in codes.values():
            return answer
    return "yes"


def failed(codes: Codes) -> list[str]:
    return [code for code, said in codes.items() if said != "review"]


def asked(codes: Codes) -> list[str]:
    return [code for code, said in codes.items() if said == "review"]


# Days


def day(text: str) -> date:
    return date.fromisoformat(text)


def add(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for number in (start.day, 30, 29, 28):
        if number <= start.day:
            try:
                return date(year, month + 1, number)
            except ValueError:
                continue
    raise AssertionError


def years_less_a_day(start: date, years: int) -> date:
    end = add(start, years * 12)
    return end if end.day != start.day else end - DAY


def shifted(end: date) -> date:
    return end + DAY * {5: 2, 6: 1}.get(end.weekday(), 0)


def come(facts: dict[str, Any], name: str, on: date) -> date | None:
    text = facts.get(name)
    return day(text) if text is not None and day(text) <= on else None


def last_day(facts: dict[str, Any], on: date) -> date | None:
    kind = facts.get("asset_kind")
    if kind in PATENTS:
        if facts.get("filing_date") is None:
            return None
        filed = day(facts["filing_date"])
        years = {"INVENTION": 20, "UTILITY_MODEL": 10}.get(kind, 10 if filed <= date(2021, 5, 31) else 15)
        more = facts.get("term_compensation_days") if facts.get("term_compensation_status") == "granted" else 0
        return years_less_a_day(filed, years) + DAY * (more or 0)
    if kind == "TRADEMARK":
        registered = facts.get("registration_date")
        return None if registered is None else years_less_a_day(day(registered), 10)
    if kind not in WORKS or facts.get("holder_type") is None:
        return None
    if facts["holder_type"] == "NATURAL_PERSON":
        died = facts.get("author_death_year")
        return date(died + 50, 12, 31) if isinstance(died, int) and died <= on.year else None
    published, made = facts.get("first_publication_date"), come(facts, "completion_date", on)
    if published is None:
        return None
    if published == "unpublished" or day(published) > on:
        return None if made is None else date(made.year + 50, 12, 31)
    if made is not None and day(published) > date(made.year + 50, 12, 31):
        return date(made.year + 50, 12, 31)
    return date(day(published).year + 50, 12, 31)


def living(facts: dict[str, Any], on: date) -> bool:
    died = facts.get("author_death_year")
    by_person = facts.get("asset_kind") in WORKS and facts.get("holder_type") == "NATURAL_PERSON"
    return by_person and (died == "alive" or (isinstance(died, int) and died > on.year))


# One right


def asset(facts: dict[str, Any], on: date) -> tuple[Codes, list[str]]:
    kind = facts.get("asset_kind")
    if kind in ("IC_LAYOUT", "DATA_IP"):
        return {"G-02": "review"}, []
    judge = patent if kind in PATENTS else mark if kind == "TRADEMARK" else work if kind in WORKS else None
    if judge is None:
        return {"G-02": "not_applicable"}, []
    found, warnings = judge(facts, on)
    return {code: said for code, said in sorted(found.items()) if said is not None}, warnings


def flag(value: Any, answer: str) -> str | None:
    return "review" if value is None else answer if value else None


def owner(facts: dict[str, Any]) -> str | None:
    owners, pledgors = facts.get("register_owners"), facts.get("pledgors")
    if owners is None or not pledgors:
        return "review"
    if all(each in owners for each in pledgors):
        return None
    pending = facts.get("owner_recordal_pending", False)
    return "review" if pending is None else "not_yet" if pending else "no"


def others(facts: dict[str, Any]) -> str | None:
    owners, pledgors = facts.get("register_owners"), facts.get("pledgors")
    if owners is None or not pledgors:
        return "review"
    if len(set(owners)) < 2 or all(each in pledgors for each in owners):
        return None
    table = {"all": None, "agreement_otherwise": None, "partial": "not_yet", "none": "not_yet", "refused": "no"}
    consent = facts.get("co_owner_consent")
    return "review" if consent is None else table[consent]


def pledged(facts: dict[str, Any], on: date, answer: str) -> str | None:
    pledges = facts.get("active_pledges", [])
    if pledges is None:
        return "review"
    open_ones = [each for each in pledges if come(each, "cancelled_on", on) is None]
    if any(come(each, "registered_on", on) is not None for each in open_ones):
        return answer
    return "review" if any(each.get("registered_on") is None for each in open_ones) else None


def held(facts: dict[str, Any], on: date, months: int | None, answer: str) -> str | None:
    order = facts.get("preservation", "none")
    if order is None:
        return "review"
    if order == "none" or come(order, "lifted_on", on) is not None:
        return None
    if order.get("received_on") is None:
        return "review"
    start, length = come(order, "received_on", on), order.get("months") or months
    if start is None:
        return None
    return answer if length is None or on <= add(start, length) else None


def suspended(facts: dict[str, Any], on: date) -> str | None:
    stop = facts.get("ownership_suspension", "none")
    if stop is None:
        return "review"
    if stop == "none" or come(stop, "lifted_on", on) is not None:
        return None
    if stop.get("requested_on") is None:
        return "review"
    start = come(stop, "requested_on", on)
    if start is None:
        return None
    end = add(start, 12)
    if stop.get("extended_until") is not None:
        end = max(end, day(stop["extended_until"]))
    return "not_yet" if on <= end else None


def licences(facts: dict[str, Any]) -> str | None:
    given = facts.get("licences", [])
    return "review" if given is None or any(each != "ordinary" for each in given) else None


def contract(facts: dict[str, Any], bad: str, answer: str) -> str | None:
    given = facts.get("contract", "not_drafted")
    if given == "not_drafted":
        return None
    complete = None if given is None else given.get("required_items_complete")
    if complete is False:
        return "not_yet"
    clause = None if given is None else given.get(bad, False)
    if clause and answer == "not_yet":
        return answer
    return "review" if complete is None else flag(clause, answer)


def patent(facts: dict[str, Any], on: date) -> tuple[dict[str, str | None], list[str]]:
    found: dict[str, str | None] = {"P-01": owner(facts), "P-02": others(facts)}
    status, granted_on = facts.get("legal_status"), facts.get("grant_announcement_date")
    if status in ("REJECTED", "WITHDRAWN"):
        grant: str | None = "no"
    elif status == "PENDING":
        grant = "not_yet"
    elif status is None or granted_on is None:
        grant = "review"
    else:
        grant = None if day(granted_on) <= on else "not_yet"
    found["P-03"] = grant
    last, compensation = last_day(facts, on), facts.get("term_compensation_status")
    unsure = compensation is None or (compensation == "granted" and facts.get("term_compensation_days") is None)
    past = last is not None and on > last
    run_out = past and not unsure
    if status in ("ABANDONED", "INVALIDATED_WHOLE"):
        found["P-04"] = "no"
    elif grant in ("no", "not_yet"):
        found["P-04"] = None
    elif run_out:
        found["P-04"] = "no"
    elif grant == "review" or status == "INVALIDATED_PARTIAL" or last is None or past:
        found["P-04"] = "review"
    if grant is None and found.get("P-04") in (None, "review"):
        found["P-05"] = fees(facts, on, last)
    end = facts.get("debt_end")
    if grant is None and not run_out:
        if end is None or last is None:
            found["P-07"] = "review"
        elif day(end) > last:
            found["P-07"] = "review" if unsure or compensation == "pending" else "no"
    stops = (suspended(facts, on), held(facts, on, 6, "not_yet"))
    found["P-06"] = "not_yet" if "not_yet" in stops else "review" if "review" in stops else None
    found["P-08"] = contract(facts, "forfeiture_clause", "review")
    found["P-09"] = pledged(facts, on, "not_yet")
    warnings = []
    if facts["asset_kind"] == "UTILITY_MODEL":
        found["P-10"] = flag(facts.get("same_day_invention_application", False), "review")
        if found["P-10"] and facts.get("same_day_invention_application") and facts.get("twin_statement_signed"):
            found["P-10"] = None
            warnings.append("W-TWIN")
    pending = facts.get("invalidation_pending", False)
    found["P-11"] = flag(pending, "review" if on >= date(2021, 11, 15) else "not_yet")
    if pending and on >= date(2021, 11, 15) and facts.get("invalidation_statement_signed"):
        found["P-11"] = None
        warnings.append("W-INVALIDATION")
    found["P-12"] = licences(facts)
    if facts.get("licences") and found["P-12"] is None:
        warnings.append("W-LICENCE")
    return found, warnings


def fees(facts: dict[str, Any], on: date, last: date | None) -> str | None:
    paid = facts.get("fees_paid_through_year")
    if paid is None or facts.get("filing_date") is None:
        return "review"
    due = add(day(facts["filing_date"]), paid * 12)
    if (last is not None and due > last) or on <= shifted(due):
        return None
    if on <= shifted(add(due, 6)):
        return "not_yet"
    notice = come(facts, "termination_notice_received", on)
    if notice is None:
        return "review"
    return "not_yet" if on <= shifted(add(notice, 2)) else "no"


def mark(facts: dict[str, Any], on: date) -> tuple[dict[str, str | None], list[str]]:
    found: dict[str, str | None] = {"T-00": "review" if on >= date(2027, 1, 1) else None, "T-01": owner(facts)}
    found["T-02"] = "review" if others(facts) else None
    status, last = facts.get("tm_status"), last_day(facts, on)
    registered = facts.get("registration_date")
    if status is None:
        valid: str | None = "review"
    elif status in ("REVOKED", "INVALIDATED", "CANCELLED"):
        valid = "no"
    elif status == "PENDING" or (registered is not None and day(registered) > on):
        valid = "not_yet"
    elif last is None:
        valid = "review"
    elif on <= last:
        valid = None
    elif on <= shifted(add(last, 6)):
        valid = "not_yet"
    else:
        valid = {"filed": "not_yet", "none": "no", None: "review"}[facts.get("renewal", "none")]
    found["T-03"] = valid
    end = facts.get("debt_end")
    if valid in (None, "review"):
        found["T-04"] = "review" if end is None or last is None or day(end) > last else None
    similar = facts.get("similar_marks")
    if similar is None or similar.get("exist") is None:
        found["T-05"] = "review"
    elif similar["exist"]:
        included = similar.get("all_included", False)
        found["T-05"] = "review" if included is None else None if included else "not_yet"
    found["T-06"] = held(facts, on, 12, "not_yet")
    found["T-07"] = pledged(facts, on, "review")
    found["T-08"] = flag(facts.get("tm_proceeding_pending", False), "review")
    return found, []


def work(facts: dict[str, Any], on: date) -> tuple[dict[str, str | None], list[str]]:
    found: dict[str, str | None] = {"C-01": owner(facts), "C-02": others(facts)}
    last, forever, end = last_day(facts, on), living(facts, on), facts.get("debt_end")
    if last is None:
        found["C-03"] = None if forever else "review"
        found["C-04"] = None if forever and end is not None else "review"
    elif on > last:
        found["C-03"] = "no"
    else:
        found["C-04"] = "review" if end is None else "no" if day(end) > last else None
    found["C-05"] = flag(facts.get("ownership_dispute", False), "not_yet")
    found["C-06"] = contract(facts, "breaks_mandatory_law", "not_yet")
    found["C-07"] = pledged(facts, on, "review")
    found["C-08"] = licences(facts)
    found["C-09"] = None if facts.get("registration_certificate") else "review"
    found["C-10"] = held(facts, on, None, "review")
    return found, ["W-LICENCE"] if facts.get("licences") and found["C-08"] is None else []


# The borrower and the loan


def borrower(facts: dict[str, Any]) -> Codes:
    found: dict[str, str | None] = {}
    status = facts.get("entity_status")
    found["B-01"] = flag(None if status is None else status != "OPERATING", "no")
    found["B-02"] = {"none": None, "accepted": "no"}.get(facts.get("bankruptcy") or "", "review")
    own, pledgors = facts.get("debtor_is_pledgor", False), facts.get("pledgors")
    if not own and not (pledgors and all(each.startswith("NP-") for each in pledgors)):
        said = {"yes": None, "no": "not_yet"}.get(facts.get("corporate_resolution") or "", "review")
        found["B-03"] = "review" if own is None else said
    found["B-04"] = flag(facts.get("judgment_defaulter", False), "not_yet")
    lasting = facts.get("serious_repairable") is False
    found["B-05"] = flag(facts.get("serious_dishonest_list", False), "no" if lasting else "not_yet")
    found["B-06"] = flag(facts.get("abnormal_list", False), "review")
    found["B-07"] = None if facts.get("penalties_displayed") in ("none", "minor") else "review"
    found["B-08"] = flag(facts.get("cnipa_dishonest", False), "review")
    return {code: said for code, said in found.items() if said is not None}


def mended(facts: dict[str, Any], code: str) -> bool:
    if code == "B-05":
        return facts.get("serious_dishonest_list") is True and facts.get("serious_repairable") is True
    if code == "B-07":
        return facts.get("penalties_displayed") in ("general", "serious") and facts.get("penalty_repairable") is True
    name = {"B-04": "judgment_defaulter", "B-06": "abnormal_list", "B-08": "cnipa_dishonest"}.get(code)
    return name is not None and facts.get(name) is True


def terms(facts: dict[str, Any], on: date) -> Codes:
    product, found = facts.get("product"), {}
    if product is None:
        return {}

    def set_(code: str, met: bool | None) -> None:
        if not met:
            found[code] = "no" if met is False and code in product.get("hard", []) else "review"

    start, end = (None if facts.get(name) is None else day(facts[name]) for name in ("debt_start", "debt_end"))
    last, buffer = last_day(facts, on), product.get("min_months_after_debt_end")
    if buffer is not None:
        unknown = end is None or (last is None and not living(facts, on))
        set_("K-01", None if unknown or end is None else last is None or add(end, buffer) <= last)
    longest = product.get("max_term_months")
    if longest is not None:
        set_("K-02", None if start is None or end is None else end <= add(start, longest))
    loan, band = facts.get("loan_amount"), product.get("internal_valuation_max")
    if band is not None:
        set_("K-03", None if loan is None else loan <= band)
    if facts.get("asset_kind") in product.get("evaluation_report_for", []):
        report = facts.get("evaluation_report")
        set_("K-05", None if report is None else report == "positive")
    oldest, valued = product.get("valuation_max_age_months"), facts.get("valuation_date")
    if oldest is not None:
        unknown = valued is None or facts.get("value_low") is None
        set_("K-06", None if unknown else on <= add(day(valued), oldest))
    return found


def cap(facts: dict[str, Any], rights: list[dict[str, Any]]) -> Codes:
    product = facts.get("product")
    if product is None:
        return {}
    total: Decimal | None = Decimal(0)
    for right in rights:
        share, value = product.get("ltv_caps", {}).get(right.get("asset_kind")), right.get("value_low")
        total = None if total is None or share is None or value is None else total + Decimal(share) * value
    loan = facts.get("loan_amount")
    if loan is None or total is None:
        return {"K-04": "review"}
    return {} if loan <= total else {"K-04": "no" if "K-04" in product.get("hard", []) else "review"}
