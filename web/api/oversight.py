"""Credit repair over all records of the ledger: which could be applied for now, and what a change of law does."""

from flask import Response

from rules.credit_repair.impact import Change
from rules.credit_repair.sets import RULE_SETS
from services import oversight, oversight_json
from services.oversight import Stage
from web.acting import cases_reached
from web.api import models
from web.api.edges import EligibleQuery, ImpactQuery
from web.api.operation import as_json, day, operation, state
from web.security import Permission, reach
from web.state import platform


@operation(
    "/repair/eligible",
    models.EligibleAnswer,
    Permission.REPAIR_OVERSEE,
    summary="现在可申请、尚未申请 Eligible now",
    example="/api/repair/eligible?limit=5",
)
def list_eligible(query: EligibleQuery) -> Response:
    """The records whose day has come, by stage, those waiting longest first, a page at a time: give `next_cursor` as
    `cursor` to go on. `stage` is ready where all conditions are met, day_reached where acts are still to do, perhaps
    where what is not known decides. `applied` is null while no register of applications is loaded: nobody knows then
    who has applied."""
    found = oversight.eligible(
        platform().ledger,
        state(query),
        day(query.on),
        authority=query.authority or "",
        stage=None if query.stage is None else Stage(query.stage),
        limit=query.limit,
        cursor=query.cursor,
        reach=reach(Permission.REPAIR_OVERSEE),
    )
    return as_json(oversight_json.eligible(found, cases_reached()))


@operation(
    "/repair/impact",
    models.ImpactAnswer,
    Permission.REPAIR_OVERSEE,
    summary="规则变化的影响 Impact of a change of law",
    example="/api/repair/impact?old=NDRC-58&new=NDRC-36&limit=5",
)
def show_impact(query: ImpactQuery) -> Response:
    """Both rule sets applied to every record that existed on the day: how many gain, lose, need a person, stay as they
    are, and the records that change, a page at a time. A large ledger takes several requests: while `complete` is
    false, counts and rows are those of the `read` records so far, and the same request goes on."""
    sets = {each.id: each for each in RULE_SETS}
    found = oversight.law_impact(
        state(query),
        sets[query.old],
        sets[query.new],
        day(query.on),
        change=None if query.change is None else Change(query.change),
        limit=query.limit,
        cursor=query.cursor,
        reach=reach(Permission.REPAIR_OVERSEE),
    )
    return as_json(oversight_json.law_impact(found))
