"""The pages 页面: plain server-rendered pages in Chinese, no script; each module turns answers into view models."""

from flask import Blueprint

from web.pages import chains, credit, enterprises, frame, home, loads, partners, rule_table, search, sheets, wrong

blueprint = Blueprint("pages", __name__)

frame.register(blueprint)
for group in (home, search, enterprises, credit, chains, partners, sheets, rule_table, loads, wrong):
    group.register(blueprint)
