"""Legal texts of IP finance 知识产权质押融资. Only articles that somebody has read may be cited by number."""

from datetime import date

from rules.law import ReadingMark, Text

CIVIL_CODE = Text(
    "民法典", "民法典", "", date(2021, 1, 1),
    articles=frozenset({68, 69, 72, 201, 202, 203, 393, 427, 428, 440, 444, 446, 1259}),
)  # fmt: skip
CNIPA_461 = Text(
    "CNIPA-461", "专利权质押登记办法", "国家知识产权局公告第461号", date(2021, 11, 15), articles=frozenset(range(2, 8))
)
PATENT_LAW = Text(
    "专利法", "专利法", "2020年修正", date(2021, 6, 1), articles=frozenset({10, 14, 39, 40, 42, 44, 47, 50, 51, 66})
)
PATENT_RULES = Text(
    "专利法实施细则", "专利法实施细则", "2023年修订", date(2024, 1, 20),
    articles=frozenset({5, 6, 15, 47, 62, 63, 77, 86, 103, 104, 105, 115}),
)  # fmt: skip
SPC_PATENT = Text(
    "最高法-专利", "", "最高人民法院审理专利纠纷案件适用法律问题的规定（2015年文本）", None, None, frozenset({13})
)
TRADEMARK_LAW = Text(
    "商标法", "商标法", "2019年修正", date(2019, 11, 1), date(2026, 12, 31), frozenset({39, 40, 42, 44, 45, 49})
)
TRADEMARK_RULES = Text("商标法实施条例", "商标法实施条例", "2014年修订", None, None, frozenset({12, 70}))
TRADEMARK_2009 = Text(
    "商标质押-2009", "", "商标专用权质押登记程序规定（2009年）", date(2009, 11, 1), None, frozenset({1, 2, 3, 4})
)
TRADEMARK_2020 = Text("商标质押-2020", "", "商标质押登记程序（2020年，没有读到）")
SPC_TRADEMARK = Text(
    "最高法-商标",
    "",
    "最高人民法院关于注册商标权财产保全的解释（2020年）",
    date(2021, 1, 1),
    None,
    frozenset({1, 2, 3}),
)
COPYRIGHT_8 = Text(
    "版权局-8", "著作权质权登记办法", "国家版权局令第8号", date(2011, 1, 1), articles=frozenset({1, 2, 3, 4, 5, 6})
)
COPYRIGHT_LAW = Text("著作权法", "著作权法", "2020年修正", date(2021, 6, 1), articles=frozenset({14, 23}))
SOFTWARE_RULES = Text("软件条例", "计算机软件保护条例", "", None, None, frozenset({7, 14}))
COMPANY_LAW = Text("公司法", "公司法", "2023年修订", date(2024, 7, 1), articles=frozenset({15}))
SPC_GUARANTEE = Text("最高法-担保", "", "最高人民法院担保制度解释", None, None, frozenset({7, 8}))
BANKRUPTCY_LAW = Text("企业破产法", "企业破产法", "", date(2007, 6, 1), articles=frozenset({19, 31, 75}))
COURT_LIST = Text("最高法-失信", "", "最高人民法院失信被执行人规则（2013年文本）")
ZHEJIANG_CREDIT = Text("浙江信用条例", "浙江省公共信用信息管理条例", "", None, None, frozenset({20}))
GUIDELINES = Text("专利审查指南", "", "专利审查指南（没有读到最后一日的条文）")
FEES = Text("年费服务页", "", "专利年费公开服务页")
VALUATION = Text("GB/T 42748", "专利评估指引", "GB/T 42748-2023", date(2023, 9, 1))
BANK = Text("银行条款", "", "该银行的政策和产品条款，不是法律")
PLATFORM = Text("本平台", "", "本平台设置")

ALL = (
    CIVIL_CODE, CNIPA_461, PATENT_LAW, PATENT_RULES, SPC_PATENT, TRADEMARK_LAW, TRADEMARK_RULES, TRADEMARK_2009,
    TRADEMARK_2020, SPC_TRADEMARK, COPYRIGHT_8, COPYRIGHT_LAW, SOFTWARE_RULES, COMPANY_LAW, SPC_GUARANTEE,
    BANKRUPTCY_LAW, COURT_LIST, ZHEJIANG_CREDIT, GUIDELINES, FEES, VALUATION, BANK, PLATFORM,
)  # fmt: skip


def refusal(item: int) -> str:
    """The place of a refusal ground of Announcement 461: its list was read, the number of its article was not."""
    return f"不予登记的情形之（{item}）"


F, S, U, CFG = ReadingMark.READ, ReadingMark.SECONDARY, ReadingMark.UNVERIFIED, ReadingMark.SETTING
