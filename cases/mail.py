"""Mail 邮件: notices go to the addresses of their accounts over SMTP. A server that is down loses nothing: they wait.

Sent at least once: killed between sending and keeping it, a notice goes again under the same Message-ID.
"""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

from cases import notices
from cases.notices import Notice
from graph.ledger.store import Store
from lianxin.errors import MissingSetting

TIMEOUT_S: Final = 10
_EXAMPLE: Final = "smtp://user:password@mail.example.gov.cn:587"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes, as whom. `secure`: encrypted from the first byte; else where the server offers it."""

    host: str
    port: int
    sender: str
    secure: bool
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:  # a password has no place in a log
        return f"MailServer({self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class Posted:
    """How many notices were mailed, how many could not be, and why the server itself did not answer."""

    sent: int
    refused: int
    down: str = ""


def mail_server(url: str | None, sender: str | None) -> MailServer | None:
    """The server of the settings; None where none is named. Raises MissingSetting."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise MissingSetting("LIANXIN_MAIL", _EXAMPLE, "is no address of a mail server", "不是邮件服务器的地址")
    if not sender or "@" not in sender:
        raise MissingSetting("LIANXIN_MAIL_FROM", "lianxin@example.gov.cn", "is no mail address", "不是邮箱地址")
    secure = parts.scheme == "smtps"
    port = parts.port or (465 if secure else 25)
    return MailServer(
        parts.hostname, port, sender, secure, unquote(parts.username or ""), unquote(parts.password or "")
    )


def post(ledger: Store, server: MailServer, base_url: str, at: datetime) -> Posted:
    """Mail the notices that wait. An address that is refused is tried again later, a server that is down is left."""
    with ledger.reading() as connection:
        waiting = notices.to_mail(connection)
    if not waiting:
        return Posted(0, 0)
    sent = refused = 0
    try:
        with _session(server) as session:
            for notice, address in waiting:
                went = _sent(session, message(notice, address, server.sender, base_url))
                notices.mailed(ledger, notice.id, at if went else None)
                sent, refused = sent + went, refused + (not went)
    except (OSError, smtplib.SMTPException) as error:
        return Posted(sent, refused, type(error).__name__)
    return Posted(sent, refused)


@contextmanager
def _session(server: MailServer) -> Iterator[smtplib.SMTP]:
    kind = smtplib.SMTP_SSL if server.secure else smtplib.SMTP
    with kind(server.host, server.port, timeout=TIMEOUT_S) as session:
        if not server.secure and session.has_extn("starttls"):
            session.starttls()
        if server.user:
            session.login(server.user, server.password)
        yield session


def _sent(session: smtplib.SMTP, mail: EmailMessage) -> bool:
    """Whether the server took it; one refused address keeps no other from going."""
    try:
        session.send_message(mail)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
        session.rset()
        return False
    return True


def message(notice: Notice, address: str, sender: str, base_url: str) -> EmailMessage:
    """The mail of a notice: which case, what happened, where to look; nothing of what somebody stated."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, address
    mail["Subject"] = f"链信 lianxin：第 {notice.case} 号案件"
    mail["Message-ID"] = f"<case-notice-{notice.id}@{sender.rpartition('@')[2]}>"
    link = f"{base_url}/cases/{notice.case}" if base_url else ""
    mail.set_content(f"{notice.words.zh}。\n{notice.words.en}.\n\n{link}\n")
    return mail
