"""Up to which day data reach: never more than every source says, and the day of loading is called so."""

from datetime import date

import pytest

from graph.view import DatasetInfo
from services.sources import Reach, reach, reach_words

LOADED, EARLIER, JUNE, MAY = date(2026, 11, 24), date(2026, 11, 2), date(2026, 6, 30), date(2026, 5, 31)


def dataset(loaded_on: date, data_day: date | None) -> DatasetInfo:
    return DatasetInfo("d", "登记", "f", False, loaded_on, data_day)


@pytest.mark.parametrize(
    ("datasets", "expected", "words"),
    [
        ([], Reach(None, False), ""),
        ([dataset(EARLIER, None), dataset(LOADED, None)], Reach(LOADED, False), "入库日 2026-11-24"),
        ([dataset(LOADED, JUNE)], Reach(JUNE, True), "数据到 2026-06-30"),
        ([dataset(LOADED, JUNE), dataset(EARLIER, MAY)], Reach(MAY, True), "数据到 2026-05-31"),
        ([dataset(LOADED, JUNE), dataset(EARLIER, None)], Reach(LOADED, False), "入库日 2026-11-24"),
    ],
)
def test_the_oldest_day_counts_and_only_where_all_say_one(
    datasets: list[DatasetInfo], expected: Reach, words: str
) -> None:
    assert reach(datasets) == expected
    assert expected.words == reach_words(*expected) == words
