"""The timer of the server: what is due in cases is done every few minutes, without anybody asking."""

import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

import structlog

from graph.ledger.store import Store
from lianxin.errors import LianxinError
from lianxin.settings import Settings
from services import cases

EVERY_S: Final = 300  # days count, minutes do not: a mail goes five minutes after what it tells of
_log: Final = structlog.get_logger("lianxin.cases")


class Ticker(threading.Thread):
    """One thread that ticks until it is stopped. A tick that fails is told in the log, and tried again."""

    def __init__(
        self, ledger: Store, settings: Settings, today: Callable[[], date], now: Callable[[], datetime],
        every: float = EVERY_S,
    ) -> None:  # fmt: skip
        super().__init__(name="ticker", daemon=True)
        self._engine, self._settings = cases.engine(ledger), settings
        self._today, self._now, self._every = today, now, every
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            self._once()
            self._over.wait(self._every)

    def _once(self) -> None:
        try:
            done = cases.tick(self._engine, self._settings, self._today(), self._now())
        except LianxinError as error:  # a lock that was held for too long, a setting that is wrong: the server goes on
            _log.warning("tick_failed", error=type(error).__name__, message=error.en)
            return
        for failed in done.ticked.failed:
            _log.warning("case_failed", case=failed.case, message=failed.en)
        if done.posted.down or done.posted.refused:
            _log.warning("mail_waits", refused=done.posted.refused, down=done.posted.down)

    def stop(self) -> None:
        """End it, and wait for a tick that runs."""
        self._over.set()
        self.join()
