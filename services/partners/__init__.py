"""Chain partners 产业链对接: who could supply, buy or fill a gap, with evidence, and why somebody is not listed."""

from services.partners.answer import (
    Candidate,
    Choice,
    Counts,
    CreditFilter,
    Filler,
    Filters,
    Hop,
    Named,
    PartnerAnswer,
    Path,
    Place,
    Question,
    Relation,
    Relaxation,
    Searched,
    Tier,
    WhyNot,
    shown_score,
)
from services.partners.find import find
from services.partners.reasons import why_not

__all__ = [
    "Candidate",
    "Choice",
    "Counts",
    "CreditFilter",
    "Filler",
    "Filters",
    "Hop",
    "Named",
    "PartnerAnswer",
    "Path",
    "Place",
    "Question",
    "Relation",
    "Relaxation",
    "Searched",
    "Tier",
    "WhyNot",
    "find",
    "shown_score",
    "why_not",
]
