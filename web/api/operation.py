"""How an operation of the API is declared, and what all of them share."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import orjson
from flask import Response, g, request
from flask_openapi.blueprint import APIBlueprint
from pydantic import BaseModel
from werkzeug.exceptions import BadRequest

from graph.view import View
from services import answers_json
from services.sources import reach
from web.api.edges import REPEATABLE, StateQuery
from web.api.problems import HTTP_MEANINGS, MEDIA_TYPE, refused, respond
from web.security import Permission, changes_nothing, permission, takes_files
from web.state import platform
from web.visitor import COOKIE

_PROBLEM = "#/components/schemas/Problem"
_MAY_HAPPEN: Mapping[int, str] = {
    400: HTTP_MEANINGS[400][2],
    401: "Nobody is logged in, the session is over, or the key lets nobody in.",
    403: "The role lacks the permission, or it does not reach so far.",
    404: "Nothing is known under this key, or there is no such address.",
    405: HTTP_MEANINGS[405][2],
    409: "The question needs data that are not loaded, or rules that are not in force on the day.",
    422: "A parameter is refused, or the question contradicts itself.",
    500: "A fault in the program; the number leads to the log.",
    503: "The ledger cannot be read at the moment.",
}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM}}}}


def _file(media_type: str) -> dict[str, Any]:
    return {"description": "A file.", "content": {media_type: {"schema": {"type": "string"}}}}


SECURITY_SCHEMES: dict[str, Any] = {
    "login": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "The session of somebody who logged in at /login.",
    },
    "key": {"type": "http", "scheme": "bearer", "description": "The key of a program: `lianxin user key add`."},
}


def _secured(needed: Permission) -> list[dict[str, list[Any]]]:
    """How an operation is opened; a public one by nothing."""
    return [] if needed is Permission.PUBLIC else [{name: []} for name in SECURITY_SCHEMES]


_IN_BODIES: dict[str | int, Any] = {str(status): _problem(HTTP_MEANINGS[status][2]) for status in (413, 415)}

_IN_CHANGES: dict[str | int, Any] = {
    "412": _problem("What was looked at went on meanwhile: read it again (If-Match)."),
    "428": _problem("It is not said which version this was decided on: send If-Match."),
}

blueprint = APIBlueprint(
    "api",
    __name__,
    url_prefix="/api",
    abp_tags=[{"name": "questions", "description": "One operation a question, read only."}],
    abp_responses={str(status): _problem(words) for status, words in _MAY_HAPPEN.items()},
    operation_id_callback=lambda *, name, **_: name,
)

Endpoint = Callable[..., Response]


def operation(
    rule: str, answer: type[BaseModel] | str, needed: Permission, *, summary: str, example: str
) -> Callable[[Endpoint], Endpoint]:
    """Declare a GET operation: address, shape of its answer, permission, words, an example that works in the demo.

    `answer`: the shape of the JSON, or the media type of a file.
    """

    def declare(handler: Endpoint) -> Endpoint:
        registered: Endpoint = blueprint.get(
            rule,
            summary=summary,
            description=_described(handler),
            responses={"200": _file(answer) if isinstance(answer, str) else answer},
            security=_secured(needed),
            openapi_extensions={"x-example": example, "x-permission": needed.value},
        )(permission(needed)(handler))
        return registered

    return declare


def question(
    rule: str, answer: type[BaseModel], needed: Permission, *, summary: str, example: Mapping[str, Any]
) -> Callable[[Endpoint], Endpoint]:
    """Declare a POST operation that only asks: its facts come in the body, and it reads and changes nothing else.

    It works on no session but to see the role, so a form of a foreign site that sends it gains nothing: it needs no
    token. `example`: a body that works.
    """

    def declare(handler: Endpoint) -> Endpoint:
        registered: Endpoint = blueprint.post(
            rule,
            summary=summary,
            description=_described(handler),
            responses={"200": answer, **_IN_BODIES},
            security=_secured(needed),
            openapi_extensions={
                "x-example": f"/api{rule}",
                "x-example-body": example,
                "x-permission": needed.value,
            },
        )(changes_nothing(permission(needed)(handler)))
        return registered

    return declare


def change(
    rule: str, answer: type[BaseModel], needed: Permission, *, summary: str, example: Mapping[str, Any], largest: int
) -> Callable[[Endpoint], Endpoint]:
    """Declare a POST operation that changes something: a page sends the token of its forms, a program its key.

    `example`: a body of the right form; `largest`: how many bytes a body may have.
    """

    def declare(handler: Endpoint) -> Endpoint:
        registered: Endpoint = blueprint.post(
            rule,
            summary=summary,
            description=_described(handler),
            responses={"200": answer, **_IN_BODIES, **_IN_CHANGES},
            security=_secured(needed),
            openapi_extensions={
                "x-example": f"/api{rule}".replace("<number>", "1"),
                "x-example-body": example,
                "x-permission": needed.value,
                "x-changes": True,
            },
        )(takes_files(largest)(permission(needed)(handler)))
        return registered

    return declare


def _described(handler: Endpoint) -> str:
    return " ".join((handler.__doc__ or "").split())


@blueprint.before_request
def refuse_repeated() -> Response | None:
    """A parameter given twice is two questions: refused, where the framework would take the first."""
    twice = [name for name, values in request.args.lists() if len(values) > 1 and name not in REPEATABLE]
    if not twice:
        return None
    return respond(refused("query", [{"type": "repeated", "loc": (name,), "msg": "given twice"} for name in twice]))


def as_json(answer: Mapping[str, Any]) -> Response:
    return Response(orjson.dumps(answer), mimetype="application/json")


def searched(view: View) -> dict[str, Any]:
    """What a list was looked up in."""
    reached = reach(view.datasets)
    return {
        "datasets": [answers_json.dataset(each) for each in view.datasets],
        "until": answers_json.day(reached.until),
        "until_stated": reached.stated,
        "position": view.position,
    }


def state(query: StateQuery) -> View:
    """The state of the graph that a question asks; the answer's head says which, so that it can be asked again."""
    found = platform().view(query.known_at)
    g.known_at = found.position
    return found


@blueprint.after_request
def say_position(response: Response) -> Response:
    if "known_at" in g:
        response.headers["X-Known-At"] = str(g.known_at)
    return response


def day(chosen: date | None) -> date:
    return chosen or platform().today()


@blueprint.before_request
def refuse_other_than_an_object() -> Response | None:
    """A body is one JSON object: anything else is refused here, where the framework would take JSON inside a text.

    Raises UnsupportedMediaType, BadRequest.
    """
    if request.method != "POST":
        return None
    try:
        body = request.get_json()
    except RecursionError as error:
        raise BadRequest from error
    if isinstance(body, dict):
        return None
    return respond(refused("body", [{"type": "model_type", "loc": (), "msg": "should be a JSON object"}]))
