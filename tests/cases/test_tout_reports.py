"""Reports of touts: stored once, numbered, listed a page at a time, erasable."""

from dataclasses import replace

import pytest

from cases.tout_reports import LONGEST, LONGEST_LINE, Told, draw_form, report, reports
from graph.ledger import Ledger
from lianxin.errors import BadQuestion

TOLD = Told("说交 3000 元就能删记录", "某信用服务公司", "3000 元", "0571-0000 0000")


def test_a_report_is_stored_under_a_number(each_ledger: Ledger) -> None:
    assert report(each_ledger, draw_form(), TOLD) == "JB-000001"
    (found,) = reports(each_ledger)
    assert (found.number, found.told) == ("JB-000001", TOLD)


def test_a_form_sent_twice_is_one_report(each_ledger: Ledger) -> None:
    form = draw_form()
    assert {report(each_ledger, form, TOLD), report(each_ledger, form, replace(TOLD, who="另一家"))} == {"JB-000001"}
    assert len(reports(each_ledger)) == 1


def test_only_what_was_asked_must_be_said(each_ledger: Ledger) -> None:
    assert report(each_ledger, draw_form(), Told("要密码"))
    for blank in ("", "  \n"):
        with pytest.raises(BadQuestion, match="say what was asked") as refused:
            report(each_ledger, draw_form(), replace(TOLD, asked=blank))
        assert "请写明" in refused.value.zh


@pytest.mark.parametrize(
    ("member", "longest"),
    [("asked", LONGEST), ("who", LONGEST), ("amount", LONGEST_LINE), ("contact", LONGEST_LINE)],
)
def test_a_text_has_its_limit(each_ledger: Ledger, member: str, longest: int) -> None:
    report(each_ledger, draw_form(), replace(TOLD, **{member: "字" * longest}))
    with pytest.raises(BadQuestion, match=f"{member}: at most {longest}"):
        report(each_ledger, draw_form(), replace(TOLD, **{member: "字" * (longest + 1)}))


def test_control_characters_and_made_up_forms_are_refused(each_ledger: Ledger) -> None:
    report(each_ledger, draw_form(), replace(TOLD, asked="一行\r\n又一行\t"))
    with pytest.raises(BadQuestion, match="control characters"):
        report(each_ledger, draw_form(), replace(TOLD, asked="a\x00b"))
    for form in ("", "0" * 31, "g" * 32, "0" * 33):
        with pytest.raises(BadQuestion, match="no number"):
            report(each_ledger, form, TOLD)


def test_reports_come_newest_first_a_page_at_a_time(each_ledger: Ledger) -> None:
    for n in range(5):
        report(each_ledger, draw_form(), replace(TOLD, amount=str(n)))
    first = reports(each_ledger, limit=2)
    assert [each.id for each in first] == [5, 4]
    assert [each.id for each in reports(each_ledger, before=4, limit=9)] == [3, 2, 1]


def test_an_erased_report_keeps_its_number(each_ledger: Ledger) -> None:
    report(each_ledger, draw_form(), TOLD)
    with each_ledger.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM tout_report_text")
    (found,) = reports(each_ledger)
    assert (found.number, found.told) == ("JB-000001", None)
