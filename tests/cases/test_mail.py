"""Notices by mail, to a real server: each goes once, a server that is down loses nothing, nothing stated leaves."""

import email
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from cases import accounts, notices
from cases.accounts import Duty, Role
from cases.actor import Actor, Order
from cases.engine import Engine
from cases.mail import MailServer, Posted, mail_server, post
from cases.notices import MOST_TRIES, Contact
from lianxin.errors import BadQuestion, MissingSetting

NOW = datetime(2026, 11, 24, 3, 0)
ORDER = Order(Actor(Role.ENTERPRISE, "firm", "A"), date(2026, 11, 24), NOW)
DEMAND = {"topic": "training", "demand": "焊工培训的名额不够"}
FROM = "lianxin@linping.example"


class Box:
    """A mail box: what came in; one address is refused."""

    def __init__(self) -> None:
        self.came: list[Message] = []
        self.logins: list[bytes] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address.startswith("gone@"):
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.came.append(email.message_from_bytes(envelope.content))
        return "250 OK"

    def allow(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword) -> AuthResult:
        self.logins.append(data.login)
        return AuthResult(success=data.password == b"p@ss", handled=False)


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def server(box: Box) -> Iterator[MailServer]:
    """A real mail server on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(
        box, hostname="127.0.0.1", port=port, authenticator=box.allow, auth_require_tls=False, ready_timeout=20
    )
    controller.start()
    with closing(_Stopping(controller.stop)):
        made = mail_server(f"smtp://user:p%40ss@127.0.0.1:{port}", FROM)
        assert made is not None
        yield made


class _Stopping:
    def __init__(self, close: Callable[[], None]) -> None:
        self.close = close


def told(engine: Engine, address: str = "lead@linping.example") -> int:
    notices.set_contact(engine.ledger, "lead", Contact(address=address))
    return engine.open("hr-channel", DEMAND, ORDER).case.id


def test_a_notice_is_mailed_once_and_says_nothing_that_was_stated(engine: Engine, box: Box, server: MailServer) -> None:
    number = told(engine)
    assert post(engine.ledger, server, "https://credit.linping.example", NOW) == Posted(1, 0)
    assert post(engine.ledger, server, "https://credit.linping.example", NOW) == Posted(0, 0)
    (came,) = box.came
    assert (came["From"], came["To"]) == (FROM, "lead@linping.example")
    assert str(make_header(decode_header(came["Subject"]))) == f"链信 lianxin：第 {number} 号案件"
    body = came.get_payload(decode=True)
    assert isinstance(body, bytes)
    text = body.decode()
    assert "收到新的诉求" in text
    assert f"https://credit.linping.example/cases/{number}" in text
    assert "焊工" not in text
    assert box.logins == [b"user"]
    assert notices.notices(engine.ledger, "lead")[0].mailed_at == NOW


def test_a_server_that_is_down_loses_nothing(engine: Engine, box: Box, server: MailServer) -> None:
    told(engine)
    down = MailServer("127.0.0.1", 1, FROM, secure=False)
    assert post(engine.ledger, down, "", NOW) == Posted(0, 0, "ConnectionRefusedError")
    wrong = MailServer(server.host, server.port, FROM, secure=False, user="user", password="x")
    assert post(engine.ledger, wrong, "", NOW).down == "SMTPAuthenticationError"
    assert box.came == []
    assert post(engine.ledger, server, "", NOW) == Posted(1, 0)
    assert len(box.came) == 1


def test_a_refused_address_keeps_no_other_from_its_mail_and_is_given_up(
    engine: Engine, box: Box, server: MailServer
) -> None:
    accounts.add(engine.ledger, "lead.two", Duty(Role.LEAD_DEPARTMENT), "h", NOW)
    notices.set_contact(engine.ledger, "lead.two", Contact(address="two@linping.example"))
    told(engine, "gone@linping.example")
    assert post(engine.ledger, server, "", NOW) == Posted(1, 1)
    assert [each["To"] for each in box.came] == ["two@linping.example"]
    with engine.ledger.reading() as connection:
        (waiting,) = notices.to_mail(connection)
    for _ in range(MOST_TRIES - 1):
        assert post(engine.ledger, server, "", NOW) == Posted(0, 1)
    assert post(engine.ledger, server, "", NOW) == Posted(0, 0)
    assert waiting[1] == "gone@linping.example"
    assert notices.notices(engine.ledger, "lead")[0].mailed_at is None


def test_settings_that_cannot_be_used_are_refused_by_name() -> None:
    assert mail_server(None, None) is None
    secure = mail_server("smtps://mail.example", FROM)
    assert secure is not None
    assert (secure.port, secure.secure) == (465, True)
    assert "p%40ss" not in repr(mail_server("smtp://u:p%40ss@mail.example", FROM))
    for url, sender, name in (
        ("mail.example", FROM, "LIANXIN_MAIL "),
        ("smtp://", FROM, "LIANXIN_MAIL "),
        ("smtp://mail.example", None, "LIANXIN_MAIL_FROM"),
    ):
        with pytest.raises(MissingSetting, match=name):
            mail_server(url, sender)


def test_a_contact_needs_an_address(engine: Engine) -> None:
    with pytest.raises(BadQuestion, match="no mail address"):
        notices.set_contact(engine.ledger, "lead", Contact(address="lead at example"))
