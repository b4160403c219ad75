"""One right on one day, with its periods worked out: what its rules are asked about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from rules.answer import Answer
from rules.calendar import Calendar, is_over
from rules.ip_finance import terms
from rules.ip_finance.facts import (
    Alive,
    Compensation,
    CoOwnerConsent,
    Facts,
    Licence,
    MarkStatus,
    PatentStatus,
    Pledge,
    Preservation,
    Renewal,
    Suspension,
    Unpublished,
)
from rules.ip_finance.terms import COPYRIGHTS, PATENTS, AssetKind, HolderType

YES, NOT_YET, NO, REVIEW, NOT_APPLICABLE = Answer
GRAVEST_FIRST: Final = (NO, NOT_YET, REVIEW)
_ENDED: Final = frozenset({PatentStatus.ABANDONED, PatentStatus.INVALIDATED_WHOLE})
_NEVER: Final = frozenset({PatentStatus.REJECTED, PatentStatus.WITHDRAWN})
_MARK_ENDED: Final = frozenset({MarkStatus.REVOKED, MarkStatus.INVALIDATED, MarkStatus.CANCELLED})


def gravest(answers: Iterable[Answer]) -> Answer:
    """The gravest of several answers: what does not concern the case does not count."""
    return min((each for each in answers if each in GRAVEST_FIRST), key=GRAVEST_FIRST.index, default=YES)


@dataclass(frozen=True, eq=False)
class Matter:
    """A right on a day. `calendar`: which days are rest days."""

    facts: Facts
    on: date
    calendar: Calendar

    def by(self, day: date | None) -> date | None:
        """A day that has come: what is dated later does not exist yet."""
        return day if day is not None and day <= self.on else None

    # --- Owners, pledges, licences: every kind of right ---------------------------------------------------------------

    @property
    def ownership(self) -> Answer:
        """Whether every pledgor is an owner of record."""
        owners, pledgors = self.facts.register_owners, self.facts.pledgors
        if owners is None or not pledgors:
            return REVIEW
        if pledgors <= owners:
            return YES
        pending = self.facts.owner_recordal_pending
        return REVIEW if pending is None else NOT_YET if pending else NO

    @property
    def co_owners(self) -> Answer:
        """Whether the other owners of record agree."""
        owners, pledgors = self.facts.register_owners, self.facts.pledgors
        if owners is None or not pledgors:
            return REVIEW
        if len(owners) < 2 or owners <= pledgors:
            return NOT_APPLICABLE
        consent = self.facts.co_owner_consent
        if consent is None:
            return REVIEW
        if consent in (CoOwnerConsent.ALL, CoOwnerConsent.AGREEMENT_OTHERWISE):
            return YES
        return NO if consent is CoOwnerConsent.REFUSED else NOT_YET

    @property
    def pledged(self) -> bool | None:
        """Whether a pledge is registered on the day; None: not known."""
        pledges = self.facts.active_pledges
        return None if pledges is None else _any(self._live(each) for each in pledges)

    def _live(self, pledge: Pledge) -> bool | None:
        if self.by(pledge.cancelled_on) is not None:
            return False
        return None if pledge.registered_on is None else pledge.registered_on <= self.on

    @property
    def licensed(self) -> Answer:
        """No licence, or none that is worth more than an ordinary one."""
        licences = self.facts.licences
        return REVIEW if licences is None or not licences <= {Licence.ORDINARY} else YES

    # --- What stops a right for a time --------------------------------------------------------------------------------

    @property
    def preservation_last_day(self) -> date | None:
        """The last day of a preservation that has begun, where one is known."""
        held = self.facts.preservation
        if not isinstance(held, Preservation) or self.by(held.received_on) is None:
            return None
        kind = self.facts.asset_kind
        if kind in COPYRIGHTS and held.months is None:
            return None  # no longest period was read
        number = "patent_preservation_months" if kind in PATENTS else "mark_preservation_months"
        assert held.received_on is not None, "it has begun"
        return terms.preservation_last_day(number, held.received_on, held.months)

    @property
    def preserved(self) -> bool | None:
        """Whether a court holds the right on the day; None: not known."""
        held = self.facts.preservation
        if not isinstance(held, Preservation):
            return None if held is None else False
        if self.by(held.lifted_on) is not None:
            return False
        if held.received_on is None:
            return None
        last = self.preservation_last_day
        return held.received_on <= self.on and (last is None or self.on <= last)

    @property
    def suspension_last_day(self) -> date | None:
        """The last day of a suspension that has begun."""
        held = self.facts.ownership_suspension
        if not isinstance(held, Suspension) or self.by(held.requested_on) is None:
            return None
        assert held.requested_on is not None, "it has begun"
        return terms.suspension_last_day(held.requested_on, held.extended_until)

    @property
    def suspended(self) -> bool | None:
        """Whether a dispute over ownership suspends the right on the day; None: not known."""
        held = self.facts.ownership_suspension
        if not isinstance(held, Suspension):
            return None if held is None else False
        if self.by(held.lifted_on) is not None:
            return False
        if held.requested_on is None:
            return None
        last = self.suspension_last_day
        return last is not None and self.on <= last

    # --- Patents ------------------------------------------------------------------------------------------------------

    @cached_property
    def granted(self) -> Answer:
        """Whether the patent has been granted."""
        status, granted_on = self.facts.legal_status, self.facts.grant_announcement_date
        if status is None:
            return REVIEW
        if status in _NEVER:
            return NO
        if status is PatentStatus.PENDING:
            return NOT_YET
        if granted_on is None:
            return REVIEW
        return YES if granted_on <= self.on else NOT_YET

    @cached_property
    def nominal_last_day(self) -> date | None:
        """The last day of a patent's term without compensation."""
        filed, kind = self.facts.filing_date, self.facts.asset_kind
        return None if filed is None or kind is None else terms.patent_last_day(kind, filed)

    @property
    def compensation_known(self) -> bool:
        """Whether it is known which days are added to the term; what is requested is not yet added."""
        status = self.facts.term_compensation_status
        if status is Compensation.GRANTED:
            return self.facts.term_compensation_days is not None
        return status is not None

    @cached_property
    def run_out(self) -> bool | None:
        """Whether the term of a patent has run out; None: not known."""
        if self.last_day is None:
            return None
        if self.on <= self.last_day:
            return False
        return True if self.compensation_known else None

    @cached_property
    def alive(self) -> Answer:
        """Whether a patent that was granted still exists."""
        status = self.facts.legal_status
        if status in _ENDED:
            return NO
        if self.granted in (NO, NOT_YET):
            return NOT_APPLICABLE
        if self.run_out:
            return NO
        unsure = self.granted is REVIEW or self.run_out is None or status is PatentStatus.INVALIDATED_PARTIAL
        return REVIEW if unsure else YES

    @property
    def fee_due(self) -> date | None:
        """The due day of the next unpaid annual fee; None: not known, or none is left."""
        filed, paid = self.facts.filing_date, self.facts.fees_paid_through_year
        return None if filed is None or paid is None else terms.fee_due_day(filed, paid + 1)

    @cached_property
    def fees(self) -> Answer:
        """Whether the annual fees are in order. Raises CalendarMissing."""
        due = self.fee_due
        if due is None:
            return REVIEW
        if (self.last_day is not None and due > self.last_day) or not is_over(self.calendar, due, self.on):
            return YES
        if not is_over(self.calendar, terms.late_fee_end(due), self.on):
            return NOT_YET
        notice = self.by(self.facts.termination_notice_received)
        if notice is None:
            return REVIEW
        return NO if is_over(self.calendar, terms.restoration_end(notice), self.on) else NOT_YET

    @property
    def patent_covers_debt(self) -> Answer:
        """Whether the debt ends within a patent's term."""
        end, last = self.facts.debt_end, self.last_day
        if end is None or last is None:
            return REVIEW
        if end <= last:
            return YES
        decided = self.compensation_known and self.facts.term_compensation_status is not Compensation.PENDING
        return NO if decided else REVIEW

    # --- Trademarks ---------------------------------------------------------------------------------------------------

    @cached_property
    def mark_valid(self) -> Answer:
        """Whether a mark is registered and valid. Raises CalendarMissing."""
        status, registered = self.facts.tm_status, self.facts.registration_date
        if status is None:
            return REVIEW
        if status in _MARK_ENDED:
            return NO
        if status is MarkStatus.PENDING or (registered is not None and registered > self.on):
            return NOT_YET
        if registered is None:
            return REVIEW
        last = terms.mark_last_day(registered)
        if self.on <= last:
            return YES
        if self.facts.renewal is Renewal.FILED or not is_over(self.calendar, terms.mark_grace_end(last), self.on):
            return NOT_YET
        return REVIEW if self.facts.renewal is None else NO

    # --- Copyright ----------------------------------------------------------------------------------------------------

    @cached_property
    def never_ends(self) -> bool:
        """Whether protection has no last day yet: the author is alive."""
        death = self.facts.author_death_year
        by_person = self.facts.asset_kind in COPYRIGHTS and self.facts.holder_type is HolderType.NATURAL_PERSON
        return by_person and (death is Alive.ALIVE or (isinstance(death, int) and death > self.on.year))

    def _copyright_last_day(self) -> date | None:
        year = self._counted_from()
        return None if year is None else terms.copyright_last_day(year)

    def _counted_from(self) -> int | None:
        """The year whose end protection is counted from."""
        facts = self.facts
        if facts.holder_type is HolderType.NATURAL_PERSON:
            death = facts.author_death_year
            return death if isinstance(death, int) and not self.never_ends else None
        if facts.holder_type is None:
            return None
        published, completed = facts.first_publication_date, self.by(facts.completion_date)
        if published is None:
            return None
        if published is Unpublished.UNPUBLISHED or not isinstance(published, date) or published > self.on:
            return None if completed is None else completed.year
        if completed is not None and terms.copyright_last_day(completed.year) < published:
            return completed.year  # unpublished for all of its years: publishing it came too late
        return published.year

    # --- The term of any right ----------------------------------------------------------------------------------------

    @cached_property
    def last_day(self) -> date | None:
        """The last day of the term, without undecided compensation, also of a right that is yet to come or has ended;
        None: none, or not known."""
        kind = self.facts.asset_kind
        if kind in PATENTS:
            nominal = self.nominal_last_day
            return None if nominal is None else nominal + timedelta(days=self.facts.compensation_days)
        if kind is AssetKind.TRADEMARK:
            registered = self.facts.registration_date
            return None if registered is None else terms.mark_last_day(registered)
        return self._copyright_last_day() if kind in COPYRIGHTS else None

    @property
    def debt_within(self) -> bool | None:
        """Whether the debt ends within the term; None: not known."""
        end = self.facts.debt_end
        if end is None or (self.last_day is None and not self.never_ends):
            return None
        return self.last_day is None or end <= self.last_day


def _any(each: Iterable[bool | None]) -> bool | None:
    """Whether one of them holds: one that does decides, else one that is not known leaves it open."""
    found: Sequence[bool | None] = list(each)
    if True in found:
        return True
    return None if None in found else False
