"""Journey I.2 of the capabilities, steps 1 to 11: an enterprise with a penalty, from the notice to the last recheck.

Through the pages, as the roles of the demo; what the enterprise presses is counted beside the target.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, Locator, Page, expect
from waitress.server import create_server

from cases import accounts, sessions
from cases.accounts import Role
from cases.passwords import Passwords
from graph.ledger import Ledger
from lianxin.clock import utc_now
from services.cases import engine
from services.demo.accounts import ENTERPRISE, make_accounts, name_of
from web import create_app
from web.visitor import COOKIE

TARGET = 20  # actions of the enterprise, from the notice to the end
NOTICED, EARLIEST = date(2026, 8, 3), date(2026, 8, 13)
PDF = b"%PDF-1.7\n"


@dataclass
class Presses:
    """Counts what the enterprise presses."""

    done: list[str] = field(default_factory=list)

    def on(self, what: str, target: Locator) -> None:
        target.click()
        self.done.append(what)


@dataclass
class Served:
    """The demo, served on a day that the test moves."""

    base: str
    ledger: Ledger
    day: date = NOTICED


@pytest.fixture
def served(own_demo_ledger: Ledger) -> Iterator[Served]:
    make_accounts(own_demo_ledger, Passwords(cheap=True), utc_now())
    made = Served("", own_demo_ledger)
    app = create_app(own_demo_ledger, demo=True, today=lambda: made.day)
    server = create_server(app, host="127.0.0.1", port=0)
    made.base = f"http://127.0.0.1:{server.effective_port}"
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield made
    server.close()
    thread.join(5)


def page_of(browser: Browser, served: Served, role: Role) -> Page:
    """A page without scripts on which the demo's account of a role is logged in."""
    account = accounts.find(served.ledger, name_of(role))
    assert account is not None
    context = browser.new_context(viewport={"width": 1366, "height": 768}, java_script_enabled=False, locale="zh-CN")
    context.set_default_timeout(20_000)
    token = sessions.start(served.ledger, account, utc_now())
    context.add_cookies([{"name": COOKIE, "value": token, "url": served.base}])
    return context.new_page()


def act(page: Page, case: str, words: str, **fields: str) -> None:
    """What another side does in the case; it is not counted."""
    page.goto(case)
    form = page.get_by_role("form", name=words, exact=True)
    if not form.is_visible():
        page.locator("summary", has_text=words).first.click()
    for name, value in fields.items():
        control = form.locator(f'[name="field-{name}"]')
        if control.evaluate("each => each.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    form.get_by_role("button", name=words, exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("已保存")


def test_an_enterprise_with_a_penalty_repairs_its_record(browser: Browser, served: Served, screenshots: Path) -> None:
    presses = Presses()
    firm, unit = page_of(browser, served, Role.ENTERPRISE), page_of(browser, served, Role.REPAIR_AUTHORITY)
    lead = page_of(browser, served, Role.LEAD_DEPARTMENT)

    # 1: with the decision comes one sheet: the earliest day and a code
    unit.goto(f"{served.base}/enterprises/{ENTERPRISE}/credit")
    unit.get_by_role("link", name=re.compile("9001号")).first.click()
    with unit.expect_download() as started:
        unit.get_by_role("button", name="下载告知书").first.click()
    notice = Document(BytesIO(Path(started.value.path()).read_bytes()))
    text = "\n".join([*(each.text for each in notice.paragraphs),
                      *(cell.text for table in notice.tables for row in table.rows for cell in row.cells)])  # fmt: skip
    assert str(EARLIEST) in text
    (address,) = set(re.findall(r"http\S+/r/\S+", text))

    # 2: the code opens the one record, its class and why
    phone = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    phone.goto(address)
    presses.done.append("扫码")
    expect(phone.locator("main")).to_contain_text(f"{EARLIEST:%m-%d}")
    expect(phone.locator("main")).to_contain_text("一般")

    # 3: the plan, and its days as a calendar file
    firm.goto(f"{served.base}/enterprises/{ENTERPRISE}/credit")
    with firm.expect_download() as calendar:
        presses.on("下载日历", firm.get_by_role("link", name="下载日历"))
    assert f"{EARLIEST:%Y%m%d}" in Path(calendar.value.path()).read_text(encoding="utf-8")

    # 4: a negotiation is begun from the record
    presses.on("发起信用修复", firm.get_by_role("link", name=re.compile("^发起信用修复")).first)
    presses.on("建立案件", firm.get_by_role("button", name="建立案件"))
    case = firm.url.partition("?")[0]
    presses.on("请求磋商辅导", firm.get_by_role("button", name="请求磋商辅导"))
    presses.on("证明材料由谁取得", firm.locator("#propose-proofs summary"))
    offer = firm.locator("#propose-proofs form")
    offer.locator('[name="field-fetched"]').fill("履行义务的证明")
    offer.locator('[name="field-until"]').fill("2026-08-12")
    offer.locator('[name="field-reason"]').fill("罚没款已经缴清，单位系统里有")
    offer.locator('[name="papers"]').set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF})
    presses.on("发出提议", offer.get_by_role("button", name="发出提议"))

    expect(firm.locator(".thread")).to_contain_text("1 kB，摘要")

    # 5: whose turn it is, until when, what silence leads to
    expect(firm.get_by_role("heading", level=1)).to_have_text(
        re.compile("^等认定单位：答复关于“证明材料由谁取得”的提议")
    )
    expect(firm.locator("[aria-labelledby=clocks]")).to_contain_text("等认定单位")
    expect(firm.locator("[aria-labelledby=clocks]")).to_contain_text("等信用主体")

    # 6: the unit asks for more; the enterprise accepts a part; both confirm
    unit.goto(case)
    unit.locator("summary", has_text="还价：证明材料由谁取得").click()
    counter = unit.get_by_role("form", name="发出还价：证明材料由谁取得")
    counter.locator('[name="field-asked"]').fill("整改后照片 2 张")
    counter.locator('[name="field-basis"]').fill("整改通知书写明")
    counter.locator('[name="field-reason"]').fill("凭证由我们调取，请补照片")
    counter.get_by_role("button", name="发出还价").click()
    firm.goto(case)
    form = firm.get_by_role("form", name="答复：证明材料由谁取得")
    form.locator('[name="field-reason"]').fill("照片另行寄送")
    for part in ("fetched", "until"):
        form.locator(f'[value="{part}"]').check()
    presses.on("部分接受", form.get_by_role("button", name="部分接受"))
    presses.on("确认约定", firm.get_by_role("button", name=re.compile("^确认这份约定")))
    unit.goto(case)
    unit.get_by_role("button", name=re.compile("^确认这份约定")).click()
    assert unit.locator(".agree").inner_text().count("已确认") == 2

    # 7: on the earliest day the records say so, and the case offers to prepare the application
    served.day = EARLIEST
    firm.goto(f"{served.base}/enterprises/{ENTERPRISE}/credit")
    expect(firm.get_by_role("heading", level=1)).to_have_text(re.compile("查询日起能申请修复$"))
    firm.goto(case)

    # 8: only what is not known is asked; the receipt is fetched, the commitment written; the check is green
    presses.on("去准备", firm.get_by_role("link", name="去准备：提交申请"))
    firm.screenshot(path=screenshots / "prepare-question.png", full_page=True)
    expect(firm.locator("[aria-labelledby=known]")).to_contain_text("来源：登记，临平区应急管理局（示例）")
    answers = {
        "procedure": "ordinary",
        "duties_done_on": "2026-06-01",
        "public_commitment": "true",
        "contact": "王先生",
    }
    asked = []
    while (hidden := firm.locator('main input[name="field"]')).count():
        asked.append(hidden.input_value())
        control = firm.locator(f'[name="field-{asked[-1]}"]')
        if control.evaluate("each => each.tagName") == "SELECT":
            control.select_option(answers[asked[-1]])
        else:
            control.fill(answers[asked[-1]])
        presses.on(f"答：{asked[-1]}", firm.get_by_role("button", name="存下，下一题"))
    assert len(asked) <= 4, asked
    expect(firm.get_by_role("heading", level=1)).to_have_text("还差 1 件事要您办")
    expect(firm.locator("#papers")).to_contain_text("磋商约定由单位调取")
    with firm.expect_download() as letter:
        presses.on("下载承诺书", firm.get_by_role("link", name=re.compile("下载写好的信用修复承诺书")))
    upload = firm.get_by_role("form", name="交信用修复承诺书")
    upload.locator('[name="papers"]').set_input_files(letter.value.path())
    presses.on("交承诺书", upload.get_by_role("button", name=re.compile("^交上")))
    expect(firm.get_by_role("heading", level=1)).to_have_text("材料齐了，可以提交申请")
    firm.screenshot(path=screenshots / "prepare-complete.png", full_page=True)

    # 9: the package goes in at the official door; the query code is entered once
    expect(firm.locator("#last")).to_contain_text("平台不能代为提交")
    with firm.expect_download() as package:
        presses.on("下载材料包", firm.get_by_role("link", name=re.compile("^下载材料包")))
    assert Path(package.value.path()).read_bytes().startswith(b"PK")
    firm.locator('[name="field-query_code"]').fill("XYZX-2026-0813")
    presses.on("提交申请", firm.get_by_role("button", name="提交申请"))
    expect(firm.get_by_role("heading", level=1)).to_contain_text("等")

    # 10: the limits with the days they count; a return stops the clock of the unit and names the cure
    act(unit, case, "收到推送的申请")
    firm.goto(case)
    clocks = firm.locator("[aria-labelledby=clocks]")
    expect(clocks).to_contain_text(re.compile(r"决定是否受理.*\d / 3 个工作日", re.DOTALL))
    expect(clocks).to_contain_text(re.compile(r"反馈办理结果.*\d / 10 个工作日", re.DOTALL))
    act(unit, case, "要求补正", code="papers_illegible", sentence="第 2 页看不清")
    firm.goto(case)
    expect(firm.locator("[aria-labelledby=clocks]")).to_contain_text("❚❚ 已停")
    expect(firm.locator("main")).to_contain_text("材料不清楚")
    more = firm.get_by_role("form", name="补正", exact=True)
    if not more.is_visible():
        firm.locator("#act-hand_in_more summary").click()
    more.locator('[name="papers"]').set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF})
    more.get_by_role("button", name="补正", exact=True).click()
    after_return = 1  # the enterprise is asked for more only where something was wrong
    act(unit, case, "受理")
    act(unit, case, "更新事实")  # filled in with what the application says, which the unit has checked
    act(unit, case, "予以修复", day=str(served.day))

    # 11: approved; the copies are rechecked after 1, 7 and 30 days
    act(unit, case, "停止公示并报送结果")
    for name, day in (("第一次", 14), ("第二次", 20)):
        served.day = date(2026, 8, day)
        act(lead, case, f"{name}复查，各处都已撤下")
    served.day = date(2026, 9, 14)
    firm.goto(case)
    last = firm.get_by_role("form", name="第三次复查，办结")
    if not last.is_visible():
        presses.on("第三次复查", firm.locator("#act-rechecked_last summary"))
    presses.on("办结", last.get_by_role("button", name="第三次复查，办结"))
    expect(firm.get_by_role("heading", level=1)).to_have_text("信用修复：已办结")
    firm.screenshot(path=screenshots / "prepare-closed.png", full_page=True)
    (number,) = (head.id for head in engine(served.ledger).heads() if head.enterprise == ENTERPRISE)
    assert engine(served.ledger).case(number).state_name == "closed"

    print(
        f"\nactions {len(presses.done)} (target ≤ {TARGET}), {after_return} more where something is returned: ", end=""
    )
    print(" → ".join(presses.done))
    assert len(presses.done) <= TARGET
