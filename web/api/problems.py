"""Errors as answers: the one table from our errors to HTTP, RFC 9457 for the API, a page for people.

A problem says in Chinese and in English what did not happen and what to do next. Addresses under /api answer
`application/problem+json`; all others the page `error.html`. Nothing of a stack trace ever leaves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Flask, Response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from lianxin import errors
from lianxin.errors import BadFact, LianxinError, NotKnown
from web.request_log import log_failure, request_id

MEDIA_TYPE = "application/problem+json"
DOCS = "/api/docs"
ECHO = 100  # characters of the client's own words that a problem repeats


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error means over HTTP: status, a code for programs, a title, and what to do next."""

    status: int
    code: str
    title: str
    next: str
    next_en: str


_FILE = ("请按说明改好文件后重新入库。", "Mend the file as the message says and load it again.")
_RULES = ("请联系规则维护人。", "Tell whoever keeps the rules.")
_OPERATOR = ("请稍后再试；若仍不行，请联系管理员。", "Try again later; if it stays so, ask the administrator.")

MEANINGS: Mapping[type[LianxinError], Meaning] = {
    errors.MissingFile: Meaning(422, "missing_file", "缺少文件", *_FILE),
    errors.UnreadableFile: Meaning(422, "unreadable_file", "文件读不出来", *_FILE),
    errors.UnknownField: Meaning(422, "unknown_field", "表头与格式不符", *_FILE),
    errors.BadRow: Meaning(422, "bad_row", "有一行不合格", *_FILE),
    errors.TooFewRows: Meaning(422, "too_few_rows", "行数太少", *_FILE),
    errors.TooManyRefused: Meaning(422, "too_many_refused", "不合格的行太多", *_FILE),
    errors.NotInForce: Meaning(409, "not_in_force", "这一天没有可用的规则", "请换一个查询日。", "Ask for another day."),
    errors.ParameterMissing: Meaning(503, "parameter_missing", "规则缺少数值", *_RULES),
    errors.BadParameter: Meaning(503, "bad_parameter", "规则的数值不合格", *_RULES),
    errors.CalendarMissing: Meaning(
        409, "calendar_missing", "工作日历没有载入", "请管理员载入当年的放假通知。", "Ask the administrator to load it."
    ),
    errors.BadFact: Meaning(422, "bad_fact", "事实不合格", "请按提示改正这一项。", "Mend it as the message says."),
    errors.StoreUnavailable: Meaning(503, "store_unavailable", "账本暂时用不了", *_OPERATOR),
    errors.LedgerTooNew: Meaning(503, "ledger_too_new", "账本版本比程序新", *_OPERATOR),
    errors.ViewMismatch: Meaning(503, "view_mismatch", "图与账本不符", *_OPERATOR),
    errors.PortInUse: Meaning(503, "port_in_use", "端口被占用", *_OPERATOR),
    errors.Conflict: Meaning(409, "conflict", "与账本已有内容冲突", "请先查看现状。", "Look at what holds first."),
    errors.LargeRetraction: Meaning(
        409, "large_retraction", "撤回太多", "请确认文件完整后再执行。", "Check that the file is complete, then repeat."
    ),
    errors.MissingData: Meaning(
        409, "missing_data", "所需数据未载入", "请管理员先载入数据。", "Ask the administrator to load the data."
    ),
    errors.BadDocument: Meaning(
        422, "bad_document", "这份文件不能收", "请换一份文件。", "Send another file, as the message says."
    ),
    errors.MissingSetting: Meaning(
        503, "missing_setting", "缺少一项设置", "请管理员按说明设置后重启。", "Ask the administrator to set it."
    ),
    errors.IllegalAction: Meaning(
        409, "illegal_action", "这一步现在不能办", "请看案件现状和可办事项。", "Look at what is open in the case."
    ),
    errors.HeldBack: Meaning(
        409, "held_back", "规则拦下了这一步", "请看原因和补救办法。", "Look at the reason and at what would help."
    ),
    errors.StaleVersion: Meaning(
        412, "stale_version", "案件已有新进展", "请重新读取案件后再办。", "Read the case again, then decide."
    ),
    errors.VersionMissing: Meaning(
        428, "version_missing", "没有写明版本", "请用 If-Match 带上 ETag 里的版本。", "Send If-Match as its ETag says."
    ),
    errors.KeyReused: Meaning(
        409, "key_reused", "幂等键用过了", "新的动作请用新的幂等键。", "Draw a new key for a new act."
    ),
    errors.LimitCrossed: Meaning(
        409, "limit_crossed", "越过了法定界限", "请改提界限之内的方案。", "Propose what lies within the limit."
    ),
    errors.BadForm: Meaning(422, "bad_form", "填写的内容不合格", "请按提示逐项改正。", "Mend each field as it says."),
    errors.NotLoggedIn: Meaning(
        401,
        "not_logged_in",
        "还没有登录",
        "请先登录；程序请带上密钥。",
        "Log in, or send a key: Authorization: Bearer …",
    ),
    errors.SessionOver: Meaning(401, "session_over", "登录已经结束", "请重新登录。", "Log in again."),
    errors.KeyRefused: Meaning(
        401, "key_refused", "密钥不能用", "请向管理员要一个可用的密钥。", "Ask the administrator for a key that holds."
    ),
    errors.LoginRefused: Meaning(
        403, "login_refused", "没有登录成功", "请核对账户名和密码后再试。", "Look at name and password and try again."
    ),
    errors.TooManyAttempts: Meaning(
        429, "too_many_attempts", "试的次数太多", "请过一会儿再试。", "Try again when the time has passed."
    ),
    errors.OutOfScope: Meaning(
        403,
        "out_of_scope",
        "不在这个账户的范围内",
        "请换一个账户，或找管理员。",
        "Use another account or ask the administrator.",
    ),
    errors.Forbidden: Meaning(
        403, "forbidden", "没有这项权限", "请换一个角色，或找管理员。", "Choose another role or ask the administrator."
    ),
    errors.BadQuestion: Meaning(
        422, "bad_question", "问题不成立", "请按提示修改条件。", "Change the question as the message says."
    ),
    errors.NotKnown: Meaning(
        404, "not_known", "账本里没有", "请用检索查找正确的代码或名称。", "Look the key up: /api/search?q=…"
    ),
}
"""Error → meaning. A test fails until every leaf of the tree has its line."""

UNEXPECTED = Meaning(
    500, "unexpected", "程序出错", "请把编号告诉管理员，或再试。", "Tell the administrator the number, or try again."
)
INVALID = Meaning(422, "invalid", "参数不合格", "请按下面逐项改正。", "Mend the parameters named in errors.")
UNKNOWN_PARAMETER = Meaning(
    400, "unknown_parameter", "网址里有看不懂的参数", "请改正网址，或从页面上的链接进来。", "Mend the address."
)

HTTP_MEANINGS: Mapping[int, tuple[Meaning, str, str]] = {
    400: (
        Meaning(400, "bad_request", "请求不合格", "请返回上一页，刷新后再试。", "Go back, reload, try again."),
        "服务器读不懂这个请求，没有执行。",
        "The request cannot be read; nothing was done.",
    ),
    404: (
        Meaning(404, "no_such_address", "没有这个网址", f"接口列表见 {DOCS}。", f"All addresses are listed at {DOCS}."),
        "这个网址不存在。",
        "There is no such address.",
    ),
    405: (
        Meaning(405, "method_not_allowed", "不支持这种方法", "请改用 Allow 列出的方法。", "Use one that Allow names."),
        "这个网址不支持这种请求方法，没有执行。",
        "This address does not take this method; nothing was done.",
    ),
    413: (
        Meaning(413, "too_large", "内容太大", "请减少内容后再发。", "Send less."),
        "请求的内容超过上限，没有执行。",
        "The request is larger than the limit; nothing was done.",
    ),
    415: (
        Meaning(415, "media_type", "不支持这种格式", f"格式见 {DOCS}。", f"The formats are described at {DOCS}."),
        "服务器不接收这种格式，没有执行。",
        "This media type is not taken; nothing was done.",
    ),
}
_CSRF = (
    "页面已过期，或请求不是从本站页面发出，没有执行。",
    "The page is too old, or the form was not sent from this site; nothing was done.",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem, ready to be answered."""

    meaning: Meaning
    detail: str
    detail_en: str
    errors: tuple[dict[str, str], ...] = ()
    suggestions: tuple[dict[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """As RFC 9457 has it, with our members: code, both languages, next step, request number."""
        meaning = self.meaning
        return {
            "type": f"{DOCS}#{meaning.code}",
            "title": meaning.title,
            "status": meaning.status,
            "detail": self.detail,
            "detail_en": self.detail_en,
            "code": meaning.code,
            "next": meaning.next,
            "next_en": meaning.next_en,
            "request_id": request_id(),
            "errors": list(self.errors),
            "suggestions": list(self.suggestions),
        }


# --- from an error to a problem ---------------------------------------------------------------------------------------


def of_lianxin(error: LianxinError) -> Problem:
    """One of our own errors: the line of its class, or of the nearest class above it."""
    meaning = next((MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS), UNEXPECTED)
    problem = Problem(meaning, error.zh, error.en)
    if isinstance(error, errors.KeyRefused):
        return replace(problem, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    if meaning.status == 401:
        return replace(problem, headers={"WWW-Authenticate": "Bearer"})
    if isinstance(error, errors.BadForm):
        return replace(problem, errors=tuple(_of_field(*each) for each in error.problems.items()))
    if isinstance(error, errors.TooManyAttempts):
        return replace(problem, headers={"Retry-After": str(error.seconds)})
    if isinstance(error, NotKnown):
        near = tuple({"key": key, "name": name} for key, name in error.suggestions)
        return replace(problem, suggestions=near)
    return problem


def _of_field(name: str, said: tuple[str, str]) -> dict[str, str]:
    en, zh = said
    return {"pointer": pointer("body", "values", name), "code": "bad_form", "detail": zh, "detail_en": en}


def of_http(error: HTTPException) -> Problem:
    """An error of the framework, with its own headers (Allow, Retry-After …)."""
    status = error.code or 500
    other = (replace(UNEXPECTED, status=status, code=f"http_{status}"), "请求没有执行。", f"{error.name}.")
    meaning, zh, en = HTTP_MEANINGS.get(status, other)
    if isinstance(error, CSRFError):
        meaning, (zh, en) = replace(meaning, code="csrf"), _CSRF
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return Problem(meaning, zh, en, headers=headers)


def unexpected() -> Problem:
    """A fault of ours: the number leads to its line in the log."""
    return Problem(
        UNEXPECTED,
        f"程序出错，这一步没有完成，已保存的内容不受影响。编号 {request_id()}。",
        f"A fault in the program; nothing that was stored is lost. Number {request_id()}.",
    )


MESSAGES: Mapping[str, str] = {
    "missing": "必须给出",
    "extra_forbidden": "没有这个参数",
    "string_too_long": "最多 {max_length} 个字",
    "string_too_short": "至少 {min_length} 个字",
    "string_pattern_mismatch": "含有不允许的字符（如控制字符）",
    "enum": "只能是 {expected}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "too_long": "最多 {max_length} 项",
    "day": "应为日期，如 2026-11-24",
    "whole": "应为整数，只写数字",
    "yes_no": "只能是 true 或 false",
    "repeated": "只能给一次",
    "too_short": "至少 {min_length} 项",
    "model_type": "应为一个 JSON 对象",
    "string_type": "应为文字",
    "string_unicode": "含有不成字的字符",
    "bool_type": "只能是 true 或 false",
    "int_type": "应为整数",
    "list_type": "应为列表",
    "day_range": "年份超出范围",
    "unique": "同一项只能写一次",
    "yuan": "应为以元计的金额，只写数字（不写万元）",
    "bad_fact": "与其他事实不符",
    "base64": "应为 base64",
    "dict_type": "应为一个 JSON 对象",
}
"""The Chinese of every kind of refusal that our parameters can meet; a test holds it complete."""


_PARAMETERS = frozenset({"query", "path"})  # titles of their models; a body's is the name of its shape


def of_validation(error: ValidationError) -> Problem:
    """Refused parameters: each with the place (JSON Pointer into query, path or body) and why."""
    part = error.title if error.title in _PARAMETERS else "body"
    return refused(part, error.errors(include_url=False, include_input=False))


def refused(part: str, found: Iterable[Mapping[str, Any]]) -> Problem:
    """Refused values of one part of a request (query, path): `found` as pydantic gives them."""
    errors_ = tuple(_refusal(part, each) for each in found)
    words = "；".join(f"{each['pointer'].rpartition('/')[2]} {each['detail']}" for each in errors_)
    words_en = "; ".join(f"{each['pointer']}: {each['detail_en']}" for each in errors_)
    return Problem(INVALID, f"参数不合格：{words}。", f"Refused: {words_en}.", errors=errors_)


def _refusal(part: str, found: Mapping[str, Any]) -> dict[str, str]:
    kind, context = found["type"], dict(found.get("ctx", {}))
    if "expected" in context:  # 'a', 'b' or 'c'
        context["expected"] = context["expected"].replace("'", "").replace(" or ", "、").replace(", ", "、")
    return {
        "pointer": pointer(part, *found["loc"]),
        "code": kind,
        "detail": MESSAGES.get(kind, "不合格").format(**context),
        "detail_en": found["msg"],
    }


def of_fact(bad: BadFact, *at: str | int) -> Problem:
    """A refused fact of a body, with its place: `at` leads to the object that holds it."""
    where = pointer("body", *at, bad.field)
    error = {"pointer": where, "code": "bad_fact", "detail": bad.problem_zh, "detail_en": bad.problem}
    return replace(of_lianxin(bad), errors=(error,))


def pointer(*parts: str | int) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part)[:ECHO].replace("~", "~0").replace("/", "~1") for part in parts)


# --- from a problem to a response -------------------------------------------------------------------------------------


def respond(problem: Problem) -> Response:
    """Problem JSON for programs, a page for people."""
    response = _json(problem) if wants_json() else _page(problem)
    response.status_code = problem.meaning.status
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response


def wants_json() -> bool:
    """Whether a program asks: under /api always, elsewhere when it prefers JSON to HTML."""
    if request.path == "/api" or request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return bool(accepted["application/json"] > accepted["text/html"])


def _json(problem: Problem) -> Response:
    return Response(orjson.dumps(problem.body()), mimetype=MEDIA_TYPE)


def _page(problem: Problem) -> Response:
    shown = {**problem.body(), "next_step": problem.meaning.next}
    try:
        return Response(render_template("error.html", **shown), mimetype="text/html")
    except Exception as error:  # an error page that fails itself (store gone, template broken) must still answer
        log_failure(error)
        return Response(_plain_page(shown), mimetype="text/html")


def _plain_page(shown: Mapping[str, Any]) -> str:
    title, detail, step = (escape(shown[name]) for name in ("title", "detail", "next"))
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><main><h1>{title}</h1><p>{detail}</p><p>{step}</p>"
        f'<p><a href="/">回首页</a></p><p>编号 {escape(shown["request_id"])}</p></main></html>'
    )


def _came_for() -> str | None:
    """The page that somebody wants to see after logging in: for a form, which has to be sent anew, the one it is on."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?") if request.path != "/" else None
    form = urlsplit(request.referrer or "")
    return f"{form.path}?{form.query}".rstrip("?") if form.netloc == request.host else None


def install(app: Flask) -> None:
    """Answer every error of the application as a problem."""

    @app.errorhandler(LianxinError)
    def ours(error: LianxinError) -> AnyResponse:
        if isinstance(error, errors.NotLoggedIn | errors.SessionOver) and not wants_json():
            return redirect(url_for("pages.login_page", next=_came_for()), 303)
        return respond(of_lianxin(error))

    @app.errorhandler(HTTPException)
    def framework(error: HTTPException) -> Response:
        if isinstance(error.response, Response):  # an answer that a handler broke off with
            return error.response
        return respond(of_http(error))

    @app.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        log_failure(error)
        return respond(unexpected())
