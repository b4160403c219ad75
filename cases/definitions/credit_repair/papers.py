"""Papers of an application 申请材料: who has each, how to get it, and what asks for it.

Two papers by the plan of the State Council Office, and no others without a law or department rule that names them. An
authority is encouraged to fetch the proof from its own systems; whether it does is agreed in the negotiation.
"""

from datetime import date
from typing import Final

from cases.case import Case
from cases.definition import Material, Values, Words
from rules.credit_repair.facts import Bankruptcy
from rules.credit_repair.texts import NDRC_36, NONE_FOUND, PLAN_22
from rules.law import ReadingMark

PROOFS: Final = "proofs"  # the matter on which it is agreed who fetches what
_BASIS: Final = NDRC_36.at("第三章 申请材料", ReadingMark.SECONDARY)
_FETCHING: Final = PLAN_22.at("申请材料", ReadingMark.SECONDARY)
_RULING: Final = NDRC_36.at("第三章 破产企业", ReadingMark.FRAGMENT)
_ASKED: Final = NONE_FOUND.at("：另须的材料由双方约定，依据写在约定里", ReadingMark.UNVERIFIED)
PERFORMANCE: Final = Words("履行义务的证明", "proof of performance")

_LETTER: Final = (
    Words("所提交的材料真实、合法、有效，没有隐瞒。", "The papers handed in are true and lawful; nothing is withheld."),
    Words(
        "已经纠正失信行为，履行完决定的全部义务。", "The conduct is corrected and all duties of the decision are done."
    ),
    Words("今后依法诚信经营。", "From now on business is done lawfully and in good faith."),
    Words("违背承诺的，依法承担责任。", "Whoever breaks this commitment is liable for it by law."),
    Words("同意公开本承诺。", "This commitment may be published."),
)
"""What a commitment has to say by the conditions of Order 36; the wording of an official form has not been read."""


def _always(_case: Case, _known: Values, _on: date) -> bool:
    return True


def _nobody(_case: Case) -> bool:
    return False


def _agreed_to_fetch(case: Case) -> bool:
    return PERFORMANCE.zh in case.agreed(PROOFS).get("fetched", ())


def _bankruptcy_completed(case: Case, _known: Values, _on: date) -> bool:
    return bool(case.stated().get("bankruptcy_stage") == Bankruptcy.COMPLETED)


def _more_agreed(case: Case, _known: Values, _on: date) -> bool:
    return bool(case.agreed(PROOFS).get("asked"))


def left_to_hand_in(case: Case, on: date) -> Words:
    """Which papers an application of this case needs that nobody fetches."""
    needed = [each.words for each in MATERIALS if each.needed(case, {}, on) and not each.fetched(case)]
    return Words(
        f"还要备 {len(needed)} 样材料：{'、'.join(each.zh for each in needed)}",
        f"{len(needed)} papers are needed: {', '.join(each.en for each in needed)}",
    )


MATERIALS: Final = (
    Material(
        "performance", PERFORMANCE,
        Words("企业：缴款凭证、整改验收记录；认定单位自己的系统里往往也有", "the party; often the unit itself"),
        Words(
            "找不到的，在磋商“证明材料由谁取得”里请认定单位调取，材料写“履行义务的证明”",
            "or agree with the unit, in the matter of the proofs, that it fetches them",
        ),
        _FETCHING, _always, _agreed_to_fetch, proves="duties_done_on",
    ),
    Material(
        "commitment", Words("信用修复承诺书", "commitment letter"),
        Words("企业", "the party"),
        Words("下载平台写好的，核对、签字盖章后传上来", "download it, check it, sign it, send it"),
        _BASIS, _always, _nobody, letter=_LETTER,
    ),
    Material(
        "ruling", Words("法院确认计划执行完毕的裁定书", "ruling that the plan was carried out"),
        Words("法院、破产管理人", "the court, the administrator"),
        Words("向破产管理人要一份", "ask the administrator of the bankruptcy"),
        _RULING, _bankruptcy_completed, _nobody,
    ),
    Material(
        "agreed", Words("磋商约定另须的材料", "papers agreed on beside"),
        Words("见约定", "as agreed"), Words("按约定里写的补齐", "as the agreement says"),
        _ASKED, _more_agreed, _nobody,
    ),
)  # fmt: skip
