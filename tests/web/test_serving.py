"""Listening: this machine alone until there are accounts, the reason in both languages, a taken port with a remedy."""

import socket
import threading
from collections.abc import Iterator
from datetime import date
from http.client import HTTPConnection

import pytest
from flask_openapi.openapi import OpenAPI

from cases import accounts
from cases.accounts import Duty, Role
from graph.ledger import Ledger
from lianxin.clock import utc_now
from lianxin.errors import BadQuestion, PortInUse
from lianxin.settings import Settings
from web import create_app, serving


@pytest.fixture
def app(tmp_ledger: Ledger) -> OpenAPI:
    return create_app(tmp_ledger, today=lambda: date(2026, 11, 24))


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind((serving.LOOPBACK, 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_named_with_a_way_on(app: OpenAPI, taken: int) -> None:
    with pytest.raises(PortInUse) as caught:
        serving.serve(app, taken, demo=True)
    for words in (caught.value.zh, caught.value.en):
        assert str(taken) in words
        assert f"--port {taken + 1}" in words
        assert f"PORT={taken + 1}" in words


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_without_accounts_only_this_machine_is_served(app: OpenAPI, host: str) -> None:
    with pytest.raises(BadQuestion, match="needs accounts") as refused:
        serving.listen(app, 0, demo=False, host=host)
    for words in (refused.value.zh, refused.value.en):
        assert "lianxin user add" in words
        assert "--demo" in words


def test_with_accounts_others_are_served_and_the_risk_is_said(tmp_ledger: Ledger) -> None:
    accounts.add(tmp_ledger, "first", Duty(Role.AUDITOR), "a hash", utc_now())
    for base, clear in ((None, True), ("https://credit.example.gov.cn", False)):
        app = create_app(tmp_ledger, today=lambda: date(2026, 11, 24), settings=Settings(base_url=base))
        serving.listen(app, 0, demo=False, host="0.0.0.0").close()
        said = " ".join(serving._said(app, False, "0.0.0.0"))
        assert "everybody logs in" in said
        assert ("in the clear" in said) is clear
        assert app.test_client().get("/api/health", headers={"Host": "10.0.0.7:8000"}).status_code == 200
        assert "in the clear" not in " ".join(serving._said(app, False, None))


@pytest.mark.parametrize(("port", "host"), [(65536, None), (-1, None), (0, "192.0.2.1"), (0, "no.such.host.invalid")])
def test_an_address_that_cannot_be_served_is_said(app: OpenAPI, port: int, host: str | None) -> None:
    with pytest.raises(BadQuestion):
        serving.listen(app, port, demo=True, host=host)


@pytest.mark.parametrize("demo", [False, True])
def test_it_listens_on_this_machine_and_answers(
    app: OpenAPI, demo: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = []

    original = serving.listen

    def listen(*arguments: object, **named: object) -> object:
        server = original(*arguments, **named)  # type: ignore[arg-type]  # passed on as they came
        running = server.run

        def run() -> None:
            thread = threading.Thread(target=running, daemon=True)
            thread.start()
            connection = HTTPConnection(server.effective_host, int(server.effective_port), timeout=10)
            connection.request("GET", "/api/health")
            response = connection.getresponse()
            answers.append((response.status, response.getheader("Server"), response.read()))
            connection.close()
            server.close()
            thread.join(10)

        server.run = run
        return server

    monkeypatch.setattr(serving, "listen", listen)
    serving.serve(app, 0, demo=demo)
    assert answers[0][:2] == (200, None)
    printed = capsys.readouterr().out
    assert "http://127.0.0.1:" in printed
    assert ("演示方式" in printed and "Demo:" in printed) is demo
    assert ("管理员" in printed and "administrator" in printed) is not demo
