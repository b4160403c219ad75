"""The description of the API: OpenAPI 3.1 as JSON, and the same as a page that needs no script.

The page is ours and not Redoc: that one needs an inline script, `style-src 'unsafe-inline'` for the styles that it
makes at run time, and a `blob:` worker for its search. A page that lists a few operations is not worth a hole in the
policy of the whole site.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, render_template
from flask_openapi.openapi import OpenAPI

from web.api.problems import HTTP_MEANINGS, INVALID, MEANINGS, UNEXPECTED, UNKNOWN_PARAMETER, Meaning
from web.security import Permission, permission

blueprint = Blueprint("api_docs", __name__, url_prefix="/api", template_folder="templates")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, as the page shows it."""

    name: str
    place: str
    required: bool
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, as the page shows it. `body`: the shape of what is sent, and an example of it as JSON."""

    id: str
    address: str
    summary: str
    description: str
    permission: str
    example: str
    answer: str
    body: str
    body_example: str
    parameters: tuple[Parameter, ...]


def specification() -> dict[str, Any]:
    """The OpenAPI description of the running application."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the class, for its own property
    assert isinstance(app, OpenAPI)
    spec: dict[str, Any] = app.api_doc
    return spec


@blueprint.get("/openapi.json")
@permission(Permission.PUBLIC)
def openapi() -> Response:
    """The description as JSON."""
    return Response(orjson.dumps(specification()), mimetype="application/json")


@blueprint.get("/docs")
@permission(Permission.PUBLIC)
def page() -> str:
    """The description as a page, with every problem code."""
    spec = specification()
    return render_template("api_docs.html", info=spec["info"], operations=operations(spec), problems=problems())


@blueprint.get("/docs.css")
@permission(Permission.PUBLIC)
def style() -> Response:
    """The style sheet of the page."""
    return Response(render_template("api_docs.css"), mimetype="text/css")


def operations(spec: dict[str, Any]) -> list[Operation]:
    """The operations of a description, in its order."""
    return [
        Operation(
            declared["operationId"],
            f"{method.upper()} {address}",
            declared["summary"],
            declared["description"],
            declared["x-permission"],
            declared["x-example"],
            _answer(declared),
            _body(declared),
            orjson.dumps(declared.get("x-example-body"), option=orjson.OPT_INDENT_2).decode(),
            tuple(_parameter(each, spec) for each in declared.get("parameters", ())),
        )
        for address, item in spec["paths"].items()
        for method, declared in item.items()
    ]


def _answer(declared: dict[str, Any]) -> str:
    """The name of the shape of the answer; of a file its media type."""
    ((media_type, content),) = declared["responses"]["200"]["content"].items()
    return str(content["schema"].get("$ref", media_type)).removeprefix("#/components/schemas/")


def _body(declared: dict[str, Any]) -> str:
    """The name of the shape of the body; empty where none is sent."""
    content = declared.get("requestBody", {}).get("content", {}).get("application/json", {})
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]


def _parameter(declared: dict[str, Any], spec: dict[str, Any]) -> Parameter:
    return Parameter(
        declared["name"], declared["in"], declared["required"], _kind(declared["schema"], spec), declared["description"]
    )


def _kind(schema: dict[str, Any], spec: dict[str, Any]) -> str:
    """The type of a parameter in a few words: a closed list by its members, a number by its bounds."""
    if "$ref" in schema:
        return _kind(spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]], spec)
    if "items" in schema:
        return f"list: {_kind(schema['items'], spec)}"
    if "enum" in schema:
        return " | ".join(schema["enum"])
    words = str(schema.get("format", schema.get("type")))
    bounds = [f"{sign} {schema[name]}" for name, sign in (("minimum", "≥"), ("maximum", "≤")) if name in schema]
    return " ".join((words, *bounds))


def problems() -> list[Meaning]:
    """Every meaning that a problem can have, by status and code."""
    known = {
        *MEANINGS.values(),
        *(meaning for meaning, _, _ in HTTP_MEANINGS.values()),
        UNEXPECTED,
        INVALID,
        UNKNOWN_PARAMETER,
    }
    return sorted(known, key=lambda meaning: (meaning.status, meaning.code))
