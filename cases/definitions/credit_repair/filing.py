"""申请到哪一步 How far the application of a case of credit repair is: what counts as applied, and what does not.

A case that was opened is no application: it is one from the day on which it was submitted until it was returned,
rejected, or its repair revoked. Whoever was turned away may apply again, so his record counts as not applied for.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from cases.case import Case, Event
from cases.definition import Option, Words
from cases.definitions.credit_repair import DEFINITION, A, S


class Filing(StrEnum):
    """申请到哪一步."""

    PREPARING = "preparing"  # a case is open, nothing was filed
    APPLIED = "applied"  # filed: waiting, accepted or granted
    TURNED_AWAY = "turned_away"  # not accepted, rejected or revoked: it may be applied for again
    SETTLED = "settled"  # ended without an application

    @property
    def words(self) -> Words:
        return _WORDS[self]


_WORDS: Final = {
    Filing.PREPARING: Words("准备中，尚未申请", "in preparation, not applied for"),
    Filing.APPLIED: Words("已申请", "applied for"),
    Filing.TURNED_AWAY: Words("申请未成，可再次申请", "turned away, may apply again"),
    Filing.SETTLED: Words("案件已结，没有申请", "ended without an application"),
}
FILINGS: Final[Mapping[S, Filing]] = {
    **dict.fromkeys((S.PUBLISHED, S.REPAIRABLE, S.CONSULTING, S.SHIELDED), Filing.PREPARING),
    **dict.fromkeys((S.SUBMITTED, S.PUSHED, S.SUPPLEMENT, S.ACCEPTED, S.EXTENDED), Filing.APPLIED),
    **dict.fromkeys((S.APPROVED, S.SYNCING, S.SYNCED_ONCE, S.SYNCED_TWICE, S.SYNC_FAULT, S.CLOSED), Filing.APPLIED),
    **dict.fromkeys((S.REFUSED, S.REJECTED, S.REVOKED, S.EXCLUDED), Filing.TURNED_AWAY),
    **dict.fromkeys((S.UNPUBLISHED, S.CORRECTED, S.AUTO_STOPPED, S.SECTOR_RULE), Filing.SETTLED),
}
"""State → how far the application is. During an objection it is as far as before it."""
_TURNED: Final = (A.RETURN, A.REJECT, A.REVOKE)
_CODES: Final[Mapping[str, Mapping[str, Option]]] = {
    each.name: {option.value: option for field in each.fields if field.name == "code" for option in field.options}
    for each in DEFINITION.actions
}


def filing(case: Case) -> Filing:
    """How far the application of a case is."""
    return FILINGS[S(case.came_from if case.state_name == S.OBJECTION else case.state_name)]


def ground(case: Case) -> Words | None:
    """Why its last application was turned away, unless it was filed anew since; only the coded reason, no free text."""
    turned = next((each for each in reversed(case.events) if each.action in _TURNED), None)
    filed = case.last(A.SUBMIT)
    if turned is None or (filed is not None and filed.seq > turned.seq):
        return None
    return _ground(turned)


def _ground(turned: Event) -> Words:
    action = DEFINITION.action(turned.action)
    assert action is not None, "it is one of the definition's own"
    code = _CODES[turned.action].get(turned.values.get("code", ""))
    if code is None:
        return action.words
    return Words(f"{action.words.zh}：{code.words.zh}", f"{action.words.en}: {code.words.en}")
