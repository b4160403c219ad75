"""Reasons and notes 理由与提示 of credit repair: each code with its words and, where it can be cured, what to do."""

from collections.abc import Mapping

from rules.answer import Code

_CODES = (
    Code("PENALTY_REVOKED", "处罚决定已撤销或变更，应办更正，不是修复", "the decision was revoked: a correction"),
    Code("ALREADY_REPAIRED", "已经修复", "already repaired"),
    Code("AUTO_NO_APPLICATION", "到期或纠正后自动停止，无须申请", "stops by itself, no application needed"),
    Code("WRONG_CHANNEL", "不在这里办：由税务机关或执行法院处理", "belongs to the tax authority or the court"),
    Code("RULES_NOT_LOADED", "这一类记录在这一天的规则没有载入", "the rules for this record and day are not loaded"),
    Code("NOT_PUBLISHED", "没有公示，没有可停止的内容", "not published, so there is nothing to end"),
    Code("NON_REPAIRABLE_BY_LAW", "法律、法规或中央政策文件明确不可修复", "a law says that it cannot be repaired"),
    Code(
        "MAX_ELAPSED_UNFULFILLED",
        "最长公示期已满但义务没有履行完，由该领域的规则决定",
        "the maximum is over but duties are open: the sector's rules decide",
        "履行完全部义务，再问认定单位该领域的规定",
    ),
    Code("MAX_PERIOD_ELAPSED_AUTO_STOP", "最长公示期已满，自动停止公示", "the maximum is over: it stops by itself"),
    Code("MIN_PERIOD_NOT_ELAPSED", "最短公示期未满", "the minimum period is not over", "等到最短公示期满的次日"),
    Code("OBLIGATION_UNFULFILLED", "义务没有履行完", "duties are open", "履行完决定的全部义务并留存凭证"),
    Code("NO_PUBLIC_COMMITMENT", "没有作出公开信用承诺", "no public commitment", "签署并公开信用承诺书"),
    Code(
        "EXCLUDED_FALSE_COMMITMENT",
        "因虚假材料、承诺不实或不履行承诺，在不得申请的期间内",
        "excluded after a false or broken commitment",
        "等到不得申请的期间届满的次日",
    ),
    Code("MGMT_MEASURE_NOT_EXPIRED", "限制措施还没有到期", "a measure still runs", "等到限制措施最后一天的次日"),
    Code("BANKRUPTCY_COMPLETED", "重整计划或和解协议已执行完毕，可凭裁定申请，由认定单位判断", "bankruptcy completed"),
    Code(
        "BANKRUPTCY_TEMP_SHIELD",
        "重整或和解执行期间：修复要等，现在可以凭裁定申请临时屏蔽",
        "a plan or settlement runs: ask for the temporary shield now",
        "凭法院裁定申请临时屏蔽",
    ),
    Code("REPEAT_OFFENCE", "同类行为再次受罚，是否影响修复没有读到", "the same kind was penalised again"),
    Code("SECTOR_MIN_UNKNOWN", "特殊领域的最短公示期没有核实", "the sector's minimum is not verified"),
    Code("MISSING_FACT:published_on", "公示日期未知，实际起算日可能更晚", "the day of publication is not known"),
    Code("MISSING_FACT:published", "是否公示未知", "it is not known whether it is published"),
    Code("MISSING_FACT:duties_done", "义务是否履行完未知", "it is not known whether the duties are done"),
    Code("CLASS_UNDETERMINED", "类别没有确定，由认定单位定类", "the gravity is not determined"),
    Code("CLASS_SOURCE_CONFLICT", "类别的来源互相矛盾，须查正式文本", "the sources conflict about the gravity"),
    Code(
        "TRANSITION_UNVERIFIED", "新旧规则结论不同，没有读到过渡条款", "old and new rules differ, no transition found"
    ),
    Code("TRANSITION_ADVERSE", "按旧规则可以、按新规则尚未，没有读到过渡条款", "the new rules are worse, none found"),
    Code("TRANSITION_MAX_SHORTENED", "按新规则最长公示期已满，没有读到过渡条款", "stopped by the new rules only"),
    Code("SHIELD_LIFTED", "重整或和解已终止，临时屏蔽解除", "bankruptcy terminated: the shield is lifted"),
    Code("PENDING_REVIEW_NO_SUSPENSION", "复议或诉讼期间不停止公示", "publication goes on during litigation"),
    Code("CHECK_LIST_RULE", "还要看这份名单自己的移出规定", "the list's own rules apply too"),
    Code("SECTOR_MIN_1Y", "特殊领域，最短公示期一年", "special sector: minimum of one year"),
    Code("MULTI_SANCTION_MAX", "一份决定有几种处罚，按最重的一类", "several sanctions: the gravest counts"),
    Code("START_ASSUMED", "公示日期未知，暂从文书日期起算，实际可能更晚", "assumed to start with the document"),
)

CODES: Mapping[str, Code] = {code.code: code for code in _CODES}
OPEN_POINTS = frozenset(
    {"CLASS_UNDETERMINED", "CLASS_SOURCE_CONFLICT", "MISSING_FACT:published", "MISSING_FACT:duties_done"}
)
"""What is not known: these decide only by what hangs on them."""
