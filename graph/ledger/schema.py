"""Tables of the ledger. All but ERASABLE and ORDINARY are append-only: triggers refuse UPDATE and DELETE (see the
migrations).

What people write and hand in may have to be erased one day, so it lies in tables of its own, beside rows that stay.
Accounts and sessions are ordinary tables: they carry no legal truth.

A *position* belongs to a commit, not to a row: it is inserted as the last statement of a transaction that holds the
write lock, so positions become visible in order. A version's position is that of its load.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

Identity = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that identifies: ordered by its bytes in every database, so that views come out in one order."""

dataset = Table(
    "dataset",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("format", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("trust", Integer, nullable=False),
    Column("synthetic", Boolean, nullable=False),
)

load = Table(
    "load",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", ForeignKey("dataset.id"), nullable=False),
    Column("mode", Text, nullable=False),
    Column("undoes", ForeignKey("load.id"), unique=True),
    Column("started_at", DateTime, nullable=False),
    Column("report", Text, nullable=False),  # JSON: the counts, notes, skips and refusals
    Column("data_day", Date),  # up to which day the data reach, where the source says so
)

load_file = Table(
    "load_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("load", ForeignKey("load.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of the file as it was read
    Column("size", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("type", Identity, nullable=False),
    Column("key", Identity, nullable=False),
    UniqueConstraint("type", "key"),
)

record_version = Table(
    "record_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", ForeignKey("record.id"), nullable=False),
    Column("dataset", ForeignKey("dataset.id"), nullable=False),
    Column("part", Identity, nullable=False),
    Column("present", Boolean, nullable=False),
    Column("body", Text, nullable=False),  # JSON of the properties
    Column("load", ForeignKey("load.id"), nullable=False),
    Column("file", ForeignKey("load_file.id"), nullable=False),
    Column("row", Integer, nullable=False),
    Index("record_version_identity", "record", "dataset", "part"),
)

link_version = Table(
    "link_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("type", Identity, nullable=False),
    Column("from_record", ForeignKey("record.id"), nullable=False),
    Column("to_record", ForeignKey("record.id"), nullable=False),
    Column("dataset", ForeignKey("dataset.id"), nullable=False),
    Column("part", Identity, nullable=False),
    Column("basis", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("present", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("load", ForeignKey("load.id"), nullable=False),
    Column("file", ForeignKey("load_file.id"), nullable=False),
    Column("row", Integer, nullable=False),
    Index("link_version_identity", "from_record", "to_record", "type", "dataset", "part"),
)

merge_decision = Table(
    "merge_decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("left_record", ForeignKey("record.id"), nullable=False),
    Column("right_record", ForeignKey("record.id"), nullable=False),
    Column("judgement", Text, nullable=False),  # same | different | unsure; the latest for a pair holds
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", DateTime, nullable=False),
)

restated = Table(
    "restated",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", ForeignKey("record.id"), nullable=False),  # one that a case has settled
    Column("load", ForeignKey("load.id"), nullable=False),  # which states it, changed or not
    Column("file", ForeignKey("load_file.id"), nullable=False),
    Column("row", Integer, nullable=False),
    UniqueConstraint("record", "load"),
)

position = Table(
    "position",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("load", ForeignKey("load.id"), unique=True),
    Column("decision", ForeignKey("merge_decision.id"), unique=True),
    Column("committed_at", DateTime, nullable=False),
)

# --- what people state 自述, hand in and report; it takes no position: no view is built from it -----------------------

document = Table(
    "document",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),  # SHA-256 of its content
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("kept_at", DateTime, nullable=False),
)

document_content = Table(
    "document_content",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

claim = Table(
    "claim",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("party", ForeignKey("record.id"), nullable=False),
    Column("record", ForeignKey("record.id"), nullable=False),
    Column("fact", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("withdraws", ForeignKey("claim.id"), unique=True),  # this row only takes back that one
    Column("said_by", Text, nullable=False),  # the role
    Column("said_at", DateTime, nullable=False),
    Index("claim_record", "record"),
)

claim_document = Table(
    "claim_document",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("claim", ForeignKey("claim.id"), nullable=False),
    Column("document", ForeignKey("document.id"), nullable=False),
    UniqueConstraint("claim", "document"),
)

record_link = Table(
    "record_link",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),  # SHA-256 of the token: the token itself is kept nowhere
    Column("type", Text, nullable=False),  # of the record, which may not be loaded yet
    Column("key", Text, nullable=False),
    Column("snapshot", Text),  # JSON: what was stated of a record that was not loaded
    Column("expires_on", Date),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
)

record_link_end = Table(
    "record_link_end",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("link", ForeignKey("record_link.id"), nullable=False, unique=True),
    Column("ended_by", Text, nullable=False),
    Column("ended_at", DateTime, nullable=False),
)

tout_report = Table(
    "tout_report",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("form", Text, nullable=False, unique=True),  # drawn with the form: sent twice, it is stored once
    Column("reported_at", DateTime, nullable=False),
)

tout_report_text = Table(
    "tout_report_text",
    metadata,
    Column("report", ForeignKey("tout_report.id"), primary_key=True),
    Column("asked", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("amount", Text, nullable=False),
    Column("contact", Text, nullable=False),
)

# --- accounts 账户: who may come in; what was done to an account stays on file in account_event -----------------------

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Identity, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("enterprise", Identity),  # the key of the one that an account of an enterprise acts for
    Column("password", Text, nullable=False),  # its argon2 hash
    Column("made_at", DateTime, nullable=False),
    Column("disabled_at", DateTime),
)

account_authority = Table(
    "account_authority",
    metadata,
    Column("account", ForeignKey("account.id"), primary_key=True),
    Column("authority", Identity, primary_key=True),  # as registers name it
)

account_event = Table(
    "account_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("account.id"), nullable=False),
    Column("act", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("done_by", Text, nullable=False),
    Column("done_at", DateTime, nullable=False),
)

account_session = Table(
    "account_session",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),  # SHA-256 of the token in the cookie, which is kept nowhere
    Column("account", ForeignKey("account.id"), nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    Column("ended_at", DateTime),
    Index("account_session_account", "account"),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),  # SHA-256 of the key
    Column("account", ForeignKey("account.id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("expires_at", DateTime),
    Column("revoked_at", DateTime),
)

login_attempt = Table(
    "login_attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", Text, nullable=False),  # SHA-256 of the name or of the address: what was typed is kept nowhere
    Column("at", DateTime, nullable=False),
    Index("login_attempt_subject", "subject"),
)

# --- cases 案件: a chain of events each; its state is a fold of them. Heads serve to find cases -----------------------

case_file = Table(
    "case_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Identity, nullable=False),
    Column("enterprise", Identity),  # the key of the one that it is about
    Column("authority", Identity),  # as registers name it
    Column("opened_at", DateTime, nullable=False),
)

case_event = Table(
    "case_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False),
    Column("seq", Integer, nullable=False),  # from 1: the version of the case after it
    Column("at", DateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("data", Text, nullable=False),  # canonical JSON (RFC 8785)
    Column("prev", Text, nullable=False),  # the hash of the event before it in this case
    Column("hash", Text, nullable=False),
    UniqueConstraint("case", "seq"),
)

case_personal = Table(
    "case_personal",
    metadata,
    Column("event", ForeignKey("case_event.id"), primary_key=True),
    Column("key", LargeBinary, nullable=False),  # of the code that the event holds: erased with the content
    Column("content", Text, nullable=False),
)

case_document = Table(
    "case_document",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event", ForeignKey("case_event.id"), nullable=False),
    Column("document", ForeignKey("document.id"), nullable=False),
    UniqueConstraint("event", "document"),
)

case_key = Table(
    "case_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("actor", Identity, nullable=False),
    Column("key", Identity, nullable=False),
    Column("request", Text, nullable=False),  # SHA-256 of what was asked for
    Column("event", ForeignKey("case_event.id"), nullable=False),
    UniqueConstraint("actor", "key"),
)

case_checkpoint = Table(
    "case_checkpoint",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("day", Date, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("last_event", Integer, nullable=False),  # 0: there was none
    Column("cases", Integer, nullable=False),
    Column("prev", Text, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 over all heads up to that event
)

case_head = Table(
    "case_head",
    metadata,
    Column("case", ForeignKey("case_file.id"), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("ended", Boolean, nullable=False),
)

case_notice = Table(
    "case_notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event", ForeignKey("case_event.id"), nullable=False),
    Column("case", ForeignKey("case_file.id"), nullable=False),
    Column("account", ForeignKey("account.id"), nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("reminder", Boolean, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("read_at", DateTime),
    Column("mailed_at", DateTime),
    Column("tries", Integer, nullable=False),
    UniqueConstraint("event", "account"),
    Index("case_notice_account", "account"),
)

case_draft = Table(
    "case_draft",
    metadata,
    Column("case", ForeignKey("case_file.id"), primary_key=True),
    Column("role", Identity, primary_key=True),  # the side that prepares: its accounts go on with each other's answers
    Column("action", Identity, primary_key=True),
    Column("field", Identity, primary_key=True),
    Column("value", Text, nullable=False),  # JSON; null: the question was passed over
    Column("by", Text, nullable=False),
    Column("at", DateTime, nullable=False),
)

case_draft_paper = Table(
    "case_draft_paper",
    metadata,
    Column("case", ForeignKey("case_file.id"), primary_key=True),
    Column("role", Identity, primary_key=True),
    Column("action", Identity, primary_key=True),
    Column("material", Identity, primary_key=True),
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("at", DateTime, nullable=False),
)

case_refusal = Table(
    "case_refusal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("case_file.id"), nullable=False),
    Column("seq", Integer, nullable=False),  # the version of the case on which it was refused
    Column("account", Identity, nullable=False),  # who alone sees it
    Column("at", DateTime, nullable=False),
    Column("form", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("cure", Text, nullable=False),  # blank where none is known
    Column("typed", Text, nullable=False),  # JSON: what stood in the form
    Index("case_refusal_of", "case", "account"),
)

account_contact = Table(
    "account_contact",
    metadata,
    Column("account", ForeignKey("account.id"), primary_key=True),
    Column("address", Text),  # of its mail
    Column("reminders", Boolean, nullable=False),
    Column("superior", ForeignKey("account.id")),
    Column("deputy", ForeignKey("account.id")),
    Column("deputy_from", Date),
    Column("deputy_to", Date),
)

ERASABLE = ("document_content", "tout_report_text", "case_personal")
ORDINARY = (
    "account", "account_authority", "account_session", "api_key", "login_attempt", "case_head", "case_notice",
    "account_contact", "case_draft", "case_draft_paper", "case_refusal",
)  # fmt: skip
APPEND_ONLY = tuple(table.name for table in metadata.sorted_tables if table.name not in (*ERASABLE, *ORDINARY))
