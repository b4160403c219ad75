"""Registers that the platform knows how to use, which of them a state of the graph does not hold, and up to which day
the data of those that it holds reach."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from graph.view import DatasetInfo, View

REGISTERS: Mapping[str, Sequence[str]] = {
    "上市公司产业链（2021）": ("chain-cn",),
    "行政处罚": ("shuanggongshi-2018", "shuanggongshi-2018-internal"),
    "经营异常名录": ("abnormal-listing", "abnormal-listing-internal"),
    "严重失信主体名单": ("serious-listing", "serious-listing-internal"),
    "专利": (),
}
"""Register → the formats that bring it; none: no loader reads it yet."""


def not_searched(view: View) -> list[tuple[str, str]]:
    """(register, why) of those that an answer could not use: an empty place must not read as an empty register."""
    loaded = {dataset.format for dataset in view.datasets}
    return [
        (register, "未载入" if formats else "尚不能载入")
        for register, formats in REGISTERS.items()
        if loaded.isdisjoint(formats)
    ]


class Reach(NamedTuple):
    """数据到哪一天 Up to which day data reach.

    `stated`: every data set says so, and `until` is the oldest of these days. Otherwise `until` is the day of the
    newest loading, which says nothing about the data; None where nothing is loaded.
    """

    until: date | None
    stated: bool

    @property
    def words(self) -> str:
        """数据到 2026-11-20 where the sources say so, else 入库日 2026-11-24; empty where nothing is loaded."""
        return reach_words(self.until, self.stated)


def reach(datasets: Sequence[DatasetInfo]) -> Reach:
    """Up to which day the data of all these data sets reach."""
    stated = [each.data_day for each in datasets if each.data_day is not None]
    if stated and len(stated) == len(datasets):
        return Reach(min(stated), True)
    return Reach(max((each.loaded_on for each in datasets), default=None), False)


def reach_words(until: date | None, stated: bool) -> str:
    """The same of its two parts."""
    if until is None:
        return ""
    return f"数据到 {until}" if stated else f"入库日 {until}"
