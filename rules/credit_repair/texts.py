"""The legal texts of credit repair 信用修复, as far as they were read.

The full text of Order 36 and of Order 107 has not been loaded: places name chapter and subject, and an article number
only where somebody has read that article.
"""

from datetime import date

from rules.law import ReadingMark, Text

NDRC_36 = Text(
    "NDRC-36", "信用修复管理办法", "国家发展改革委令第36号", date(2026, 4, 1), articles=frozenset({1, 2, 3, 4})
)
NDRC_58 = Text(
    "NDRC-58", "", "国家发展改革委令第58号（2023年）", date(2023, 5, 1), date(2026, 3, 31), frozenset({1, 2, 3})
)
SAMR_107 = Text("SAMR-107", "市场监督管理信用修复管理办法", "市场监管总局令第107号", date(2025, 12, 25))
SAMR_2021 = Text("SAMR-2021", "", "国市监信规〔2021〕3号", date(2021, 9, 1), date(2025, 12, 24))
SAMR_45 = Text("SAMR-45", "", "市场监管总局令第45号（行政处罚信息公示）", articles=frozenset({1, 2, 3, 4, 13}))
SAMR_44 = Text("SAMR-44", "", "市场监管总局令第44号（严重违法失信名单）", articles=frozenset({1, 2}))
PLAN_22 = Text("国办22", "", "国办发〔2025〕22号", date(2025, 6, 22))
NOTICE_33 = Text("2024-33", "", "发改办财金〔2024〕33号", date(2024, 1, 18))
TAX_12 = Text("STA-12", "", "国家税务总局公告2025年第12号", date(2025, 7, 1))
CREDIT_CHINA = Text("信用中国问答", "", "信用中国网站问答")
CIVIL_CODE = Text("民法典", "民法典", "")
ABNORMAL = Text("异常名录", "", "经营异常名录规则")
COURT = Text("最高法", "", "最高人民法院失信被执行人规则")
NONE_FOUND = Text("推断", "", "没有读到条文，由一般原则推断")
PLATFORM = Text("本平台", "", "本平台设置")

ALL = (
    NDRC_36, NDRC_58, SAMR_107, SAMR_2021, SAMR_45, SAMR_44, PLAN_22, NOTICE_33, TAX_12, CREDIT_CHINA, CIVIL_CODE,
    ABNORMAL, COURT, NONE_FOUND, PLATFORM,
)  # fmt: skip

FREE = PLAN_22.at("不收费", ReadingMark.SECONDARY)
"""Repair is free of charge. In Order 36 itself nobody has read it."""
