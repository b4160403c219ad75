"""The reasons of load reports in Chinese: reports keep the English sentence, people read this one."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from graph.ledger.request import HELD_BACK, REPEATED
from loaders import credit, listings, parties, penalties, standards

_WORDS = {
    REPEATED: "与前面的行完全重复",
    HELD_BACK: "有行被拒收，暂不撤回这次没出现的内容",
    "the same company again": "同一企业重复出现",
    "row repeats a code": "同一代码出现多行",
    "code with two or more full names: the first is taken, the others kept as other names": (
        "同一代码有两个以上全称：取第一个，其余留作其他名称"
    ),
    "code with two full names under one short name": "同一代码、同一简称，有两个全称",
    "short name with a special-treatment mark (ST)": "简称带 ST 标记",
    "listing day holds an exchange": "上市日期栏写的是交易所",
    "listing day is no day": "上市日期不是日期",
    "exchange holds a day": "交易所栏写的是日期",
    "exchange is not known": "交易所不在已知名单",
    "industry code of the source's own scheme, not GB/T 4754": "行业代码是来源自己的体系，不是 GB/T 4754",
    "company name blank": "企业名称为空",
    "company not in company.json": "企业不在 company.json 里",
    "company name differs from company.json, kept as another name": "企业名称与 company.json 不同，留作其他名称",
    "industry code not in industry.json": "行业代码不在 industry.json 里",
    "industry name not in industry.json": "行业名称不在 industry.json 里",
    "product name of one character": "单字产品名",
    "product name not in the product file": "产品名不在产品文件里",
    "line end inside a product name removed": "产品名内的换行已去掉",
    "control character inside a product name removed": "产品名内的控制字符已去掉",
    "outer space or line end of a product name removed": "产品名首尾的空白已去掉",
    "company and product repeat an earlier row": "同一企业同一产品重复出现",
    "negative share": "占比为负",
    "share of zero": "占比为零",
    "share above 1": "占比大于 1",
    "company whose shares sum to 0.9–1.1": "占比合计在 0.9 到 1.1 之间的企业",
    "company whose shares sum to anything else": "占比合计在其他数值的企业",
    "pair of products upstream of each other": "互为上游的一对产品",
    "下游产品 that an 上游材料 row says the other way round": "下游产品行与上游材料行说的是同一件事",
    "产品小类 that only says the broader name is part of the narrower one": "产品小类只是大类名称包含在小类名称里",
    "accounting item, not a product": "会计项目，不是产品",
    "negative share: a correction of the accounts": "占比为负，是账务更正",
    "a product related to itself": "产品与自己相关",
    credit.NATURAL_PERSON: "当事人是自然人，不入库",
    credit.PERHAPS_A_PERSON: "当事人没有代码，名称可能是自然人或个体工商户，不入库",
    credit.SOLE_TRADER: "当事人是个体工商户，不存名称",
    credit.SOLE_TRADER_OPEN: "账本里没有这个个体工商户，当事人待关联",
    credit.NO_ENTERPRISE: "按代码当事人不是企业，当事人待关联",
    credit.NEW: "账本的登记来源里没有的企业，由这份文件载明",
    credit.OTHER_NAME: "当事人名称与账本里这个代码的名称都不同",
    parties.NOBODY: "当事人没有代码：账本里没有叫这个名称的企业，待关联",
    parties.SEVERAL: "当事人没有代码：有几家企业同名，待关联",
    parties.ANOTHER_DAY: "当事人没有代码：这个名称不在文书日期使用，待关联",
    parties.DAYS_UNKNOWN: "当事人没有代码：不知道这个名称用到哪一天，待关联",
    penalties.CODE_ELSEWHERE: "统一社会信用代码写在别的代码栏里，已取用",
    penalties.AUTHORITY_WITHOUT_CODE: "处罚机关没有有效代码，只按名称识别",
    penalties.AMOUNT_DIFFERS: "罚款金额与处罚内容所写不同",
    penalties.FINE_OF_ZERO: "处罚类别有罚款而金额为 0，按未知处理",
    penalties.COLUMN_FULL: "罚款 9.999999 是某些导出所能写的最大数，按未知处理",
    penalties.KIND_NOT_KNOWN: "处罚类别不在名单里，或处罚内容没有写明是哪一种，作其他处罚",
    listings.REMOVED_WITHOUT_DAY: "已移出，但没有写移出日期",
}
_PATTERNS = (
    (re.compile(r"(\w+) written like (.+)"), r"\1 写成 \2"),
    (re.compile(r"accounting item (.+)"), r"会计项目 \1"),
    (re.compile(r"product relation (.+)"), r"产品关系 \1"),
    (re.compile(re.escape(penalties.REQUIRED_EMPTY) + r"(.+)"), r"标准要求必填而为空：\1"),
    (
        re.compile(re.escape(standards.NO_AUTHORITY) + r"(.+)"),
        r"没有写机关的标准：登记不写领域，登记里的记录用不上（领域：\1）",
    ),
    (
        re.compile(re.escape(standards.NO_PENALTY) + r"(.+)"),
        r"这个机关在账本里还没有处罚记录，标准暂时用不上；请核对名称是否与登记写的一致：\1",
    ),
    (re.compile(r"facts set back to before load (\d+)"), r"恢复到第 \1 次入库之前的内容"),
)


def chinese(reason: str) -> str:
    """The reason in Chinese; one that nobody translated is shown as it is."""
    if reason in _WORDS:
        return _WORDS[reason]
    for pattern, words in _PATTERNS:
        if pattern.fullmatch(reason):
            return pattern.sub(words, reason)
    return reason


def both(report: Mapping[str, Any]) -> dict[str, Any]:
    """A load report with the reasons in Chinese beside those in English: `noted_zh`, `skipped_zh`."""
    told = dict(report)
    for name in ("noted", "skipped"):
        in_chinese = Counter[str]()
        for reason, count in report.get(name, {}).items():
            in_chinese[chinese(reason)] += count
        told[f"{name}_zh"] = dict(in_chinese)
    return told
