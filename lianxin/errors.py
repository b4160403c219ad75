"""The whole error tree, by who can put the error right.

    LianxinError
    ├── SourceError            the data file: whoever sent it
    │   ├── MissingFile        a snapshot needs all of its files
    │   ├── UnreadableFile     wrong encoding, truncated archive, not the format it claims to be
    │   ├── UnknownField       a field that the format does not declare: the whole file is refused
    │   ├── BadRow             one value of one row; collected in the load report, the other rows go on
    │   ├── TooFewRows         fewer rows than the format's floor
    │   └── TooManyRefused     so many refused rows that the file as a whole is not believed
    ├── RuleError              the rules: whoever keeps them
    │   ├── NotInForce         a rule or a number is asked for a day on which none is in force
    │   ├── ParameterMissing   a rule asks for a number that no file declares
    │   ├── BadParameter       a number in a file lacks its citation, overlaps another version, has the wrong type
    │   ├── CalendarMissing    working days are counted in a year whose holidays are not loaded
    │   └── BadFact            a fact has a value that the law's table of facts does not know
    ├── StoreError             the ledger or a view: the operator
    │   ├── StoreUnavailable   cannot be opened, locked for too long, disk full
    │   ├── LedgerTooNew       written by a newer lianxin
    │   ├── ViewMismatch       a graph outside this process was not made from this ledger as it stands
    │   ├── Conflict           the act contradicts what the ledger holds
    │   └── LargeRetraction    a snapshot would retract more than a tenth of its data set
    ├── CaseError              whoever acts in a case
    │   ├── IllegalAction      not from this state, not in this role, or a guard holds it back
    │   │   └── HeldBack       a guard holds it back: it says which rule, and what would help
    │   ├── StaleVersion       the case went on since it was looked at
    │   ├── VersionMissing     an act does not say which version of the case it was decided on
    │   ├── KeyReused          an idempotency key comes again with another act
    │   ├── LimitCrossed       a proposal would cross a limit of the law; it names the clause
    │   └── BadForm            values that an action, a proposal or an opening does not take
    ├── AccessError            the account
    │   ├── NotLoggedIn        nobody has logged in
    │   ├── SessionOver        somebody had logged in, but that is over
    │   ├── KeyRefused         the key of a program lets nobody in; it says why
    │   ├── LoginRefused       name and password do not open an account; it does not say why
    │   ├── TooManyAttempts    too many wrong passwords: again later
    │   ├── Forbidden          the role does not have the permission
    │   └── OutOfScope         the account does not reach this enterprise or record
    ├── BadQuestion            the question contradicts itself or names what does not exist
    ├── MissingData            the question needs a data set that is not loaded
    ├── BadDocument            a file that is handed in is empty, too large or of a type that is not taken
    ├── MissingSetting         an act needs a setting that is not made: the operator
    ├── PortInUse              the server cannot listen there: the operator
    └── NotKnown               no such enterprise, product, segment, load …

Every error says what, where and what to do, in Chinese (`zh`) and in English (`str()`); none knows HTTP.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final


class LianxinError(Exception):
    """Root of all errors that lianxin raises on purpose."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


class SourceError(LianxinError):
    """A data file cannot be loaded as it is."""


class MissingFile(SourceError):
    """A path given to a load holds none, or not all, of the files that the format needs."""

    def __init__(self, file_format: str, missing: Sequence[str], where: str, *, there: bool = True) -> None:
        names = ", ".join(missing)
        gone_en, gone_zh = ("", "") if there else ("there is no such file or folder; ", "没有这个文件或文件夹；")
        super().__init__(
            f"{where}: {gone_en}the format {file_format} needs {names}; "
            "give the folder that holds them, or each file by its path",
            f"{where}：{gone_zh}格式 {file_format} 需要文件 {names}；请给出所在文件夹，或逐个给出文件路径",
        )


def _row(row: int) -> tuple[str, str]:
    """Where in a file, in both languages: rows are counted without the heading, which stands before the first."""
    return (f", row {row}", f"，第 {row} 行") if row else (", heading", "，表头")


class UnreadableFile(SourceError):
    """A file is not readable as what its name says. `row` is the first row that cannot be read, where known."""

    def __init__(self, file: str, row: int | None, en: str, zh: str) -> None:
        place_en, place_zh = _row(row) if row is not None else ("", "")
        super().__init__(f"{file}{place_en}: {en}", f"{file}{place_zh}：{zh}")
        self.file = file
        self.row = row


class UnknownField(SourceError):
    """The file has fields that its format does not declare, or lacks declared ones. Nothing is loaded."""

    def __init__(self, file: str, row: int, unknown: Sequence[str], missing: Sequence[str]) -> None:
        parts_en, parts_zh = [], []
        if unknown:
            parts_en.append(f"unknown field {', '.join(unknown)}")
            parts_zh.append(f"有未登记的字段 {', '.join(unknown)}")
        if missing:
            parts_en.append(f"missing field {', '.join(missing)}")
            parts_zh.append(f"缺少字段 {', '.join(missing)}")
        super().__init__(
            f"{file}{_row(row)[0]}: {'; '.join(parts_en)}. "
            "Nothing was loaded. Compare the heading with the format's description",
            f"{file}{_row(row)[1]}：{'；'.join(parts_zh)}。整份文件没有入库，请对照格式说明核对表头",
        )
        self.file, self.row, self.unknown, self.missing = file, row, tuple(unknown), tuple(missing)


class BadRow(SourceError):
    """One value of one row is refused: file, row (counted from 1, the heading not counted), field, value and why.

    `field_zh`: what it is called in Chinese, where it is no heading of the file; a heading is called the same.
    """

    def __init__(
        self, file: str, row: int, field: str, value: str, problem: str, problem_zh: str, field_zh: str = ""
    ) -> None:
        self.field_zh = field_zh or field
        super().__init__(
            f'{file}, row {row}: {field} "{value}" {problem}',
            f"{file}，第 {row} 行：{self.field_zh}“{value}”{problem_zh}",
        )
        self.file, self.row, self.field, self.value = file, row, field, value
        self.problem, self.problem_zh = problem, problem_zh


class TooFewRows(SourceError):
    """A file has fewer rows than its floor: probably cut off, or the wrong file. Nothing is loaded."""

    def __init__(self, file: str, rows: int, floor: int) -> None:
        super().__init__(
            f"{file}: {rows} rows, fewer than its floor of {floor}. Nothing was loaded. Is the file complete?",
            f"{file}：只有 {rows} 行，低于下限 {floor} 行，没有入库。请确认文件是否完整",
        )


class TooManyRefused(SourceError):
    """So many rows were refused that the file as a whole is not believed. Nothing is loaded.

    `file`: the one at fault; `follow_on`: a later file, of which so many rows are refused only because they speak of
    its rows. `silent`: the earlier file in which most of the refused rows look for what is not there.
    """

    def __init__(
        self,
        file: str,
        refused: int,
        rows: int,
        first: BadRow,
        *,
        follow_on: tuple[str, int] | None = None,
        silent: str | None = None,
    ) -> None:
        said, said_zh = ", more than a tenth", "，超过十分之一"
        if follow_on is not None:
            later, hanging = follow_on
            said = f", and with them {hanging} rows of {later} that speak of them, more than a tenth"
            said_zh = f"，{later} 里有 {hanging} 行因此对不上，超过了十分之一"
        elif silent is not None:
            said += f". Most of them look for what is not in {silent}: compare the headings of both files"
            said_zh += f"。多数是因为在 {silent} 里找不到：请核对两份文件的表头"
        super().__init__(
            f"{file}: {refused} of {rows} rows refused{said}. Nothing was loaded. First: {first.en}",
            f"{file}：{rows} 行中有 {refused} 行不合格{said_zh}。没有入库。第一处：{first.zh}",
        )
        self.file, self.first = file, first


class RuleError(LianxinError):
    """A rule cannot be applied."""


class NotInForce(RuleError):
    """No version of a rule or number is in force on the day. It is never prolonged beyond its days.

    `first`, `last`: the days of the version that lies nearest; `last` only where the day lies behind it.
    """

    def __init__(self, what: str, what_zh: str, on: date, first: date, last: date | None = None) -> None:
        days, days_zh = (f"from {first} on", f"自 {first} 起施行")
        remedy, remedy_zh = "Ask for a later day", "请换一个更晚的日期"
        if last is not None:
            days, days_zh = f"from {first} to {last}", f"自 {first} 至 {last} 施行"
            remedy, remedy_zh = "Load the version that follows", "请载入后续版本"
        super().__init__(
            f"{what} is in force {days}; it says nothing about {on}. {remedy}",
            f"{what_zh}{days_zh}，不能用于 {on}。{remedy_zh}",
        )
        self.on, self.first, self.last = on, first, last


class ParameterMissing(RuleError):
    """A rule asks for a number that its file does not declare."""

    def __init__(self, name: str, file: str) -> None:
        super().__init__(
            f"{file}: no number is declared as {name}; add it with its first day and its citation",
            f"{file}：没有登记数值 {name}；请补上数值、首日和依据",
        )
        self.name, self.file = name, file


class BadParameter(RuleError):
    """A declared number is refused: no citation, overlapping days, wrong type, an undeclared key."""

    def __init__(self, file: str, name: str, problem: str, problem_zh: str) -> None:
        super().__init__(f"{file}, {name}: {problem}", f"{file}，{name}：{problem_zh}")
        self.file, self.name, self.problem = file, name, problem


class CalendarMissing(RuleError):
    """Working days are counted in a year whose official calendar is not loaded. It is never guessed."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"the working days of {year} are not loaded; add the State Council's notice on its holidays",
            f"{year} 年的工作日历没有载入；请按国务院办公厅的放假通知补上",
        )
        self.year = year


class BadFact(RuleError):
    """One fact is refused: its field, the value as given, and why. It never becomes a finding."""

    def __init__(self, field: str, value: str, problem: str, problem_zh: str) -> None:
        super().__init__(f'{field} "{value}" {problem}', f"{field}“{value}”{problem_zh}")
        self.field, self.value, self.problem, self.problem_zh = field, value, problem, problem_zh

    def __reduce__(self) -> tuple[type["BadFact"], tuple[str, str, str, str]]:
        # Between processes: an exception is rebuilt from its message only, which is not enough here.
        return BadFact, (self.field, self.value, self.problem, self.problem_zh)


class StoreError(LianxinError):
    """The ledger or a view cannot do what was asked."""


class StoreUnavailable(StoreError):
    """The store cannot be opened or written: missing, locked for too long, read-only, disk full."""


class LedgerTooNew(StoreError):
    """The ledger was written by a newer lianxin."""

    def __init__(self, url: str, revision: str) -> None:
        super().__init__(
            f"{url}: this ledger was written by a newer lianxin (schema {revision}). "
            "Install the newer version, or name another ledger",
            f"{url}：这个账本由更新版本的链信写成（结构版本 {revision}）。请安装新版本，或换一个账本",
        )


class ViewMismatch(StoreError):
    """A graph outside this process holds what this ledger does not: it must be rebuilt from the ledger.

    `applied`: the ledger position that the graph says it holds. `newest`: the last one of the ledger.
    """

    def __init__(self, where: str, applied: int, newest: int) -> None:
        super().__init__(
            f"{where}: this graph was not made from this ledger as it stands. The graph holds position {applied}, the "
            f"ledger ends at {newest}: it is another ledger, was restored from a backup, or another version of lianxin "
            "made the graph. The ledger is right: run lianxin view rebuild",
            f"{where}：这个图不是按现在这个账本做的（图在位置 {applied}，账本最新位置 {newest}）：可能换了账本、"
            "账本从备份恢复过，或图是别的版本的链信写的。以账本为准，请执行 lianxin view rebuild 重建",
        )
        self.applied, self.newest = applied, newest


class Conflict(StoreError):
    """The act contradicts what the ledger holds."""


class LargeRetraction(StoreError):
    """A snapshot would retract more than a tenth of its data set; nothing was loaded yet."""

    def __init__(self, dataset: str, retracted: int, present: int) -> None:
        super().__init__(
            f"{dataset}: this snapshot would retract {retracted} of {present} facts, more than a tenth. "
            "Nothing was loaded. Check that the file is complete, then repeat with --yes",
            f"{dataset}：这份全量会撤回 {present} 条中的 {retracted} 条，超过十分之一，没有入库。"
            "请确认文件完整，再加 --yes 重新执行",
        )
        self.dataset, self.retracted, self.present = dataset, retracted, present


class CaseError(LianxinError):
    """A case does not go on in this way. Nothing was done."""


class IllegalAction(CaseError):
    """The action is not open now: to this role, from this state, or because a guard holds it back."""


class HeldBack(IllegalAction):
    """A guard holds the action back. `cure`: what would help, in Chinese; blank where nothing is known to."""

    def __init__(self, problem: str, problem_zh: str, cure: str = "") -> None:
        super().__init__(problem, problem_zh)
        self.cure = cure


class StaleVersion(CaseError):
    """The case went on since it was looked at. `current`: its version now."""

    def __init__(self, case: int, seen: int, current: int) -> None:
        super().__init__(
            f"case {case} is at version {current}, not {seen}: it went on meanwhile. Nothing was done; look again",
            f"第 {case} 号案件已经到第 {current} 版，不再是第 {seen} 版：期间有新的进展。这一步没有执行，请看过再办",
        )
        self.case, self.current = case, current


class VersionMissing(CaseError):
    """An act does not say which version of the case it was decided on."""

    def __init__(self, case: int) -> None:
        super().__init__(
            f'which version of case {case} was this decided on? Send it: If-Match: "<version>", as its ETag says',
            f"没有写明是看了第 {case} 号案件的哪一版后决定的；请用 If-Match 带上版本号（见 ETag）",
        )


class KeyReused(CaseError):
    """An idempotency key comes again with another act than the first time."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f'the idempotency key "{key[:40]}" was used for another act; draw a new key for a new act',
            f"幂等键“{key[:40]}”已用于另一个动作；新的动作请用新的键",
        )


class LimitCrossed(CaseError):
    """A proposal would cross a limit that nobody may agree away. `clause`: the law that draws it, in words.

    `cure`: what may be proposed instead, in Chinese; blank where nothing may.
    """

    def __init__(self, problem: str, problem_zh: str, clause: str, cure: str = "") -> None:
        super().__init__(
            f"{problem}. No agreement may cross this limit: {clause}",
            f"{problem_zh}。这是双方都不能商定越过的界限，依据：{clause}",
        )
        self.clause = clause
        self.cure = cure


class BadForm(CaseError):
    """Values are refused: by the name of each field why, in English and in Chinese."""

    def __init__(self, problems: Mapping[str, tuple[str, str]]) -> None:
        super().__init__(
            "; ".join(f"{name} {en}" for name, (en, _) in problems.items()),
            "；".join(f"{name} {zh}" for name, (_, zh) in problems.items()),
        )
        self.problems = dict(problems)


class AccessError(LianxinError):
    """The account may not do this."""


class NotLoggedIn(AccessError):
    """Nobody has logged in."""

    def __init__(self) -> None:
        super().__init__(
            "nobody is logged in. Log in at /login; a program sends its key: Authorization: Bearer …",
            "还没有登录。请到 /login 登录；程序请带上密钥（Authorization: Bearer ……）",
        )


class SessionOver(AccessError):
    """Somebody had logged in, but the session is over: its time has passed, or the account was changed."""

    def __init__(self) -> None:
        super().__init__(
            "this login is over: nobody used it for eight hours, a day has passed, the password or the account was "
            "changed, or it was ended. Log in again",
            "这次登录已经结束：八小时没有操作、满了一天、密码或账户有变动，或已经退出。请重新登录",
        )


class KeyRefused(AccessError):
    """The key of a program lets nobody in. Why is told only to whoever holds a key that once did.

    `why`: unknown, expired, revoked, disabled.
    """

    _WHY: Final = {
        "unknown": ("is not known here", "平台不认得这个密钥"),
        "expired": ("has expired", "这个密钥已经过期"),
        "revoked": ("was revoked", "这个密钥已经作废"),
        "disabled": ("belongs to an account that is disabled", "这个密钥的账户已经停用"),
    }

    def __init__(self, why: str) -> None:
        en, zh = self._WHY[why]
        super().__init__(f"the key {en}. Ask the administrator for one that holds", f"{zh}。请向管理员要一个可用的密钥")
        self.why = why


class LoginRefused(AccessError):
    """Name and password do not open an account. One message whatever the reason: it tells nobody which names exist."""

    def __init__(self) -> None:
        super().__init__(
            "the name or the password is wrong, or the account is disabled. Try again, or ask the administrator",
            "账户名或密码不对，或账户已停用。请再试一次，或联系管理员",
        )


class TooManyAttempts(AccessError):
    """Too many wrong passwords for one name or from one address. `until` (UTC): when one may try again."""

    def __init__(self, until: datetime, now: datetime) -> None:
        self.until = until
        self.seconds = max(1, math.ceil((until - now).total_seconds()))
        minutes = math.ceil(self.seconds / 60)
        super().__init__(
            f"too many wrong passwords. Try again in {minutes} min, or ask the administrator",
            f"密码错的次数太多。请 {minutes} 分钟后再试，或联系管理员",
        )


class Forbidden(AccessError):
    """The role lacks the permission that the route declares."""

    def __init__(self, permission: str, role: str, role_zh: str) -> None:
        super().__init__(
            f"the role {role} does not have the permission {permission}; choose another role or ask the administrator",
            f"“{role_zh}”没有这项权限（{permission}）；请换一个角色，或联系管理员",
        )


class OutOfScope(AccessError):
    """The account does not reach this enterprise or record; it does not say whether there is one."""

    def __init__(self) -> None:
        super().__init__(
            "this account reaches its own enterprise, or the records of its own authority, and nothing else",
            "这个账户只能看本企业，或本单位认定的记录",
        )


class BadQuestion(LianxinError):
    """The question contradicts itself, or one of its parameters has no such value."""


class MissingData(LianxinError):
    """The question needs a data set that is not loaded."""


class BadDocument(LianxinError):
    """A file that somebody hands in is refused: its name, and why."""

    def __init__(self, name: str, problem: str, problem_zh: str) -> None:
        super().__init__(f'"{name}" {problem}. Nothing was stored', f"“{name}”{problem_zh}，没有保存")
        self.name = name


class MissingSetting(LianxinError):
    """An act needs a setting that is not made, or that cannot be used as it is. Who runs the server makes it."""

    def __init__(self, name: str, example: str, problem: str, problem_zh: str) -> None:
        super().__init__(
            f"{name} {problem}; set it before the start, for example {name}={example}",
            f"{name} {problem_zh}；请在启动前设置，例如 {name}={example}",
        )
        self.name = name


class PortInUse(LianxinError):
    """Another program listens on the port already."""

    def __init__(self, host: str, port: int) -> None:
        other = port + 1 if port < 65535 else 8000
        super().__init__(
            f"port {port} on {host} is in use by another program. Choose another one: "
            f"lianxin serve --port {other}, or make run PORT={other}",
            f"{host} 的端口 {port} 已被别的程序占用。"
            f"请换一个端口：lianxin serve --port {other}，或 make run PORT={other}",
        )
        self.host, self.port = host, port


class NotKnown(LianxinError):
    """Nothing is known under this key or name. `suggestions`: (key, name) of the nearest ones."""

    def __init__(self, what: str, what_zh: str, key: str, suggestions: Sequence[tuple[str, str]] = ()) -> None:
        near_en = f". Did you mean {'; '.join(f'{n} ({k})' for k, n in suggestions)}?" if suggestions else ""
        near_zh = f"。您是不是要找：{'；'.join(f'{n}（{k}）' for k, n in suggestions)}" if suggestions else ""
        super().__init__(f'no {what} "{key}" in the ledger{near_en}', f"账本里没有这个{what_zh}：{key}{near_zh}")
        self.key = key
        self.suggestions = tuple(suggestions)
