"""Local targets 本地目标: dated numbers of days that no law sets, which a district may change in silence.yaml."""

from typing import Final

from rules.law import Text
from rules.parameters import Book, whole

LOCAL: Final = Text("LOCAL", "本地目标", "")
_BOOK: Final = Book("cases", "silence.yaml", (LOCAL,))
REMINDER_BEFORE: Final = _BOOK.parameter("reminder_before", whole)
SUPERIOR_AFTER: Final = _BOOK.parameter("superior_after", whole)
LEAD_AFTER: Final = _BOOK.parameter("lead_after", whole)
RECURRING: Final = _BOOK.parameter("recurring_days", whole)
ANSWER: Final = _BOOK.parameter("answer_days", whole)
OBJECTION: Final = _BOOK.parameter("objection_days", whole)
SUPPLEMENT: Final = _BOOK.parameter("supplement_days", whole)
AT_ONCE: Final = _BOOK.parameter("at_once_days", whole)
RECHECKS: Final = tuple(_BOOK.parameter(f"recheck_{each}", whole) for each in ("first", "second", "third"))
