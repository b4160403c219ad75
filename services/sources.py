"""Registers that the platform knows how to use, and which of them a state of the graph does not hold."""

from collections.abc import Mapping, Sequence

from graph.view import View

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
