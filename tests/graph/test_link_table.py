"""The adjacency arrays against a plain list of links."""

from datetime import date
from typing import Any, Literal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.link_table import FAR_FUTURE, FAR_PAST, LinkRows
from graph.view import BASES

RECORDS = 6
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2020, 12, 31))
LINK = st.tuples(
    st.integers(0, RECORDS - 1),
    st.integers(0, RECORDS - 1),
    st.sampled_from(BASES),
    DAYS,
    DAYS,
    st.sampled_from(["{}", '{"share":0.5}', '{"product":"p"}', '{"product":"p","share":0.5}']),
    st.integers(0, 9),
    st.integers(0, 99),
)


def listed(links: list[Any], direction: str) -> list[Any]:
    """(record asked, record at the other end, number of the link), ordered as the view promises."""
    near, far = (0, 1) if direction == "out" else (1, 0)
    return sorted((link[near], link[far], number) for number, link in enumerate(links))


@given(st.lists(LINK, max_size=30), st.lists(st.integers(0, RECORDS + 3), max_size=8), st.sampled_from(["out", "in"]))
def test_links_around_records_are_those_of_a_plain_list(
    links: list[Any], asked: list[int], direction: Literal["out", "in"]
) -> None:
    table = LinkRows.of(links).table()
    by_position = sorted(range(len(links)), key=lambda n: (links[n][0], links[n][1], n))
    origin, position = table.around(np.array(asked, np.int64), direction)
    found = [(int(o), by_position[p]) for o, p in zip(origin, position, strict=True)]
    plain = listed(links, direction)
    far = 1 if direction == "out" else 0
    same_origin, same_position, others = table.neighbours(np.array(asked, np.int64), direction)
    assert (same_origin.tolist(), same_position.tolist()) == (origin.tolist(), position.tolist())
    assert others.tolist() == [links[by_position[p]][far] for p in position]
    assert table.first_ends(position).tolist() == [links[by_position[p]][0] for p in position]
    assert found == [(o, number) for o, handle in enumerate(asked) for near, _, number in plain if near == handle]


@given(st.lists(LINK, max_size=30))
def test_a_link_between_two_records_is_found_with_all_that_was_said(links: list[Any]) -> None:
    table = LinkRows.of(links).table()
    for left in range(RECORDS + 1):
        for right in range(RECORDS + 1):
            at = table.around(np.array([left]), "out")[1]
            at = at[table.to[at] == right]
            told = [
                (
                    BASES[table.basis[n]],
                    int(table.valid_from[n]),
                    int(table.valid_to[n]),
                    table.details[table.detail[n]],
                    None if np.isnan(table.share[n]) else float(table.share[n]),
                    int(table.file[n]),
                    int(table.row[n]),
                )
                for n in at
            ]
            assert told == [
                (
                    basis,
                    start.toordinal() if start else FAR_PAST,
                    end.toordinal() if end else FAR_FUTURE,
                    '{"product":"p"}' if "product" in body else "{}",
                    0.5 if "share" in body else None,
                    file,
                    row,
                )
                for a, b, basis, start, end, body, file, row in links
                if (a, b) == (left, right)
            ]


def test_a_table_without_links_answers_with_none() -> None:
    table = LinkRows().table()
    origin, position = table.around(np.array([0, 1, 2, 99]), "in")
    assert (len(table), len(origin), len(position)) == (0, 0, 0)


def test_unknown_days_lie_outside_every_date() -> None:
    assert date.min.toordinal() > FAR_PAST
    assert date.max.toordinal() < FAR_FUTURE


def test_a_link_takes_37_bytes_and_a_record_8() -> None:
    rows = [
        (
            n % 50,
            n % 7,
            ("observed", "claimed")[n % 2],
            *(date(2020, 1, n % 9 + 1),) * 2,
            f'{{"share":0.{n % 9}}}',
            n,
            n,
        )
        for n in range(1000)
    ]
    rows[0] = (*rows[0][:5], '{"product":"p"}', *rows[0][6:])
    assert LinkRows.of(rows).table().nbytes == 1000 * 37 + (51 + 8) * 4


def test_what_is_said_of_every_link_is_held_once() -> None:
    rows = [(n % 50, n % 7, "observed", None, None, "{}", 1, n) for n in range(1000)]
    table = LinkRows.of(rows).table()
    assert table.nbytes == 1000 * 16 + (51 + 8) * 4 + 4 + 4 + 1 + 4 + 4 + 4, "two ends, their order, the row"
    assert table.valid_to[999] == FAR_FUTURE


def test_records_beyond_the_last_one_with_a_link_take_no_room() -> None:
    few = LinkRows.of([(1, 2, "observed", None, None, "{}", 1, 1)]).table()
    origin, position = few.around(np.array([5, 1, 1_000_000]), "out")
    assert (origin.tolist(), position.tolist()) == ([1], [0])
    assert few.nbytes < 100
