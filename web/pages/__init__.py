"""The pages 页面: plain server-rendered pages in Chinese, no script; each module turns answers into view models."""

from flask import Blueprint

from web.pages import chains, enterprises, frame, home, loads, partners, search, sheets

blueprint = Blueprint("pages", __name__)

frame.register(blueprint)
for group in (home, search, enterprises, chains, partners, sheets, loads):
    group.register(blueprint)
