"""The pages 页面: plain server-rendered pages in Chinese, no script; each module turns answers into view models."""

from flask import Blueprint

from web.pages import (
    cases,
    chains,
    claims,
    credit,
    credit_sheets,
    eligible,
    enterprises,
    frame,
    home,
    impact,
    loads,
    login,
    notices,
    partners,
    preparing,
    rule_table,
    search,
    sheets,
    touts,
    wrong,
)
from web.parameters import refuse_unknown

blueprint = Blueprint("pages", __name__)
blueprint.before_request(refuse_unknown)

frame.register(blueprint)
for group in (
    home,
    search,
    enterprises,
    credit,
    credit_sheets,
    chains,
    partners,
    sheets,
    rule_table,
    loads,
    login,
    wrong,
):
    group.register(blueprint)
for group in (cases, preparing, claims, eligible, impact, notices, touts):
    group.register(blueprint)
