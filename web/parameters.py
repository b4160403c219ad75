"""Parameters 参数: every page declares what its address may carry; anything else is refused by name, never ignored.

A page that ignored a mistyped filter would answer another question than the one that was asked.
"""

from collections.abc import Callable
from difflib import get_close_matches
from typing import TypeVar

from flask import abort, current_app, request

from web.api.problems import ECHO, UNKNOWN_PARAMETER, Problem, respond

Handler = TypeVar("Handler", bound=Callable[..., object])
PARAMETERS = "lianxin_parameters"
EVERYWHERE = ("on", "known_at")  # links keep the two times asked for, also to pages that do not look at them


def takes(*names: str) -> Callable[[Handler], Handler]:
    """Declare which parameters a page takes beside the two times asked for."""

    def declare(handler: Handler) -> Handler:
        setattr(handler, PARAMETERS, names)
        return handler

    return declare


def refuse_unknown() -> None:
    """Refuse a request for a page that carries a parameter which it does not take, or one twice.

    It stands behind the guard of roles: who may not see a page does not learn what it takes.
    """
    page = current_app.view_functions[request.endpoint or ""]
    known = (*getattr(page, PARAMETERS, ()), *EVERYWHERE)
    for name, values in request.args.lists():
        if name not in known:
            abort(respond(_unknown(name, known)))
        if len(values) > 1:
            abort(respond(_repeated(name)))


def _unknown(name: str, known: tuple[str, ...]) -> Problem:
    shown = name[:ECHO]
    near = get_close_matches(name, known, n=1)
    perhaps, perhaps_en = (f"是不是 {near[0]}？", f" Did you mean {near[0]}?") if near else ("", "")
    return Problem(
        UNKNOWN_PARAMETER,
        f"网址里的参数“{shown}”看不懂，没有照办。{perhaps}这一页认得：{'、'.join(known)}。",
        f'The parameter "{shown}" is not understood.{perhaps_en} This page takes: {", ".join(known)}.',
    )


def _repeated(name: str) -> Problem:
    return Problem(
        UNKNOWN_PARAMETER,
        f"网址里的参数“{name}”写了几次，不知道照哪一个。请只留一个。",
        f'The parameter "{name}" stands more than once. Leave one.',
    )
