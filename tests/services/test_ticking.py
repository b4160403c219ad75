"""The timer of the server ticks until it is stopped, and a tick that fails stops nothing."""

import time
from dataclasses import replace
from datetime import date

import pytest

from cases import event_log
from graph.ledger import Ledger
from lianxin.clock import utc_now
from lianxin.settings import Settings
from services.ticking import Ticker

DAY = date(2026, 11, 24)


def until_checkpoint(ledger: Ledger) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end and not event_log.checkpoints(ledger):
        time.sleep(0.01)
    return bool(event_log.checkpoints(ledger))


def test_it_ticks_and_stops(tmp_ledger: Ledger) -> None:
    ticker = Ticker(tmp_ledger, Settings(), lambda: DAY, utc_now)
    ticker.start()
    assert until_checkpoint(tmp_ledger)
    ticker.stop()
    assert not ticker.is_alive()
    assert [each.day for each in event_log.checkpoints(tmp_ledger)] == [DAY]


def test_a_tick_that_fails_is_tried_again(tmp_ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    calls = iter([True, False])

    def today() -> date:
        if next(calls, False):
            from lianxin.errors import StoreUnavailable

            raise StoreUnavailable("locked", "锁着")
        return DAY

    ticker = Ticker(tmp_ledger, replace(Settings(), mail=None), today, utc_now, every=0.01)
    ticker.start()
    assert until_checkpoint(tmp_ledger)
    ticker.stop()
    assert "tick_failed" in capsys.readouterr().out
