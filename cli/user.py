"""`lianxin user`: accounts and keys. A password is asked for or read from standard input, never an argument."""

import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Annotated, Final

import typer
from rich.table import Table

from cases import accounts, api_keys
from cases.accounts import ROLE_NAMES, Account, Duty, Role
from cases.passwords import SHORTEST, Passwords, check
from cli.common import LedgerOption, open_ledger, out
from graph.identifiers import parse_day
from lianxin.clock import china_today, end_of_day_in_china, utc_now
from lianxin.errors import BadQuestion

app = typer.Typer(no_args_is_help=True)
key_app = typer.Typer(no_args_is_help=True)
app.add_typer(key_app, name="key", help="程序用的密钥。Keys of programs.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="账户名。Name of the account.")]
RoleOption = Annotated[Role, typer.Option("--role", help="角色。Role.")]
ForOption = Annotated[
    str | None, typer.Option("--for", metavar="KEY", help="企业账户：替哪一家企业办事。Whose account it is.")
]
AuthorityOption = Annotated[
    list[str] | None,
    typer.Option("--authority", metavar="NAME", help="认定单位账户：单位名称，照登记的写法。As registers write it."),
]
_EXPIRES: Final = "最后一天，如 2027-12-31；不写则不过期。Last day."


# --- accounts ---------------------------------------------------------------------------------------------------------


@app.command("add")
def add(
    name: Name,
    role: RoleOption,
    enterprise: ForOption = None,
    authority: AuthorityOption = None,
    shown: Annotated[str, typer.Option("--shown", metavar="TEXT", help="页面上显示的名称。Name to show.")] = "",
    ledger: LedgerOption = None,
) -> None:
    """建一个账户。Make an account."""
    duty = Duty(role, enterprise, tuple(authority or ()))
    with closing(open_ledger(ledger, create=True)) as opened:
        first = not accounts.any_account(opened)
        made = accounts.add(opened, name, duty, _hashed(), utc_now(), display_name=shown)
    typer.echo(f"已建账户 {made.name}（{ROLE_NAMES[role]}）。Made the account {made.name} ({role.value}).")
    if first:
        typer.echo("从现在起，所有人都要登录。From now on everybody has to log in.")


@app.command("list")
def show(ledger: LedgerOption = None) -> None:
    """列出账户。List the accounts."""
    with closing(open_ledger(ledger)) as opened:
        found = accounts.accounts(opened)
    table = Table("账户", "显示为", "角色", "替谁办事", "状态", "建立")
    for each in found:
        table.add_row(
            each.name, each.display_name, f"{ROLE_NAMES[each.role]} {each.role.value}", _for_whom(each),
            "停用 disabled" if each.disabled_at else "可用", f"{each.made_at:%Y-%m-%d}",
        )  # fmt: skip
    out.print(table)


def _for_whom(account: Account) -> str:
    return account.duty.enterprise or "、".join(account.duty.authorities)


@app.command("disable")
def disable(name: Name, ledger: LedgerOption = None) -> None:
    """停用一个账户：马上退出，密钥失效。Disable an account: it is out at once, its keys stop."""
    with closing(open_ledger(ledger)) as opened:
        accounts.disable(opened, name, utc_now())
    typer.echo(f"账户 {name} 已停用。The account {name} is disabled.")


@app.command("enable")
def enable(name: Name, ledger: LedgerOption = None) -> None:
    """重新启用一个账户。Enable an account again."""
    with closing(open_ledger(ledger)) as opened:
        accounts.enable(opened, name, utc_now())
    typer.echo(f"账户 {name} 可以登录了。The account {name} may log in again.")


@app.command("password")
def password(name: Name, ledger: LedgerOption = None) -> None:
    """换密码；这个账户的登录全部结束。Set another password; all its sessions end."""
    with closing(open_ledger(ledger)) as opened:
        with opened.reading() as connection:
            accounts.known(connection, name)  # before anything is typed
        accounts.set_password(opened, name, _hashed(), utc_now())
    typer.echo(f"账户 {name} 的密码已换。The password of {name} is changed.")


@app.command("role")
def role(
    name: Name,
    role: RoleOption,
    enterprise: ForOption = None,
    authority: AuthorityOption = None,
    ledger: LedgerOption = None,
) -> None:
    """换角色，或换替谁办事。Another role, enterprise or authority."""
    with closing(open_ledger(ledger)) as opened:
        accounts.change_duty(opened, name, Duty(role, enterprise, tuple(authority or ())), utc_now())
    typer.echo(f"账户 {name} 现在是{ROLE_NAMES[role]}。The account {name} is now {role.value}.")


@app.command("history")
def history(ledger: LedgerOption = None) -> None:
    """账户的变动记录，最新的在前。What was done to accounts, the newest first."""
    with closing(open_ledger(ledger)) as opened:
        found = accounts.events(opened)
    table = Table("时间（UTC）", "账户", "做了什么", "内容", "谁做的")
    for each in found:
        act = f"{each.act.chinese} {each.act.value}"
        table.add_row(f"{each.done_at:%Y-%m-%d %H:%M:%S}", each.account, act, each.detail, each.done_by)
    out.print(table)


# --- keys -------------------------------------------------------------------------------------------------------------


@key_app.command("add")
def add_key(
    name: Name,
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="作什么用。What it is for.")],
    expires: Annotated[str | None, typer.Option("--expires", metavar="DAY", help=_EXPIRES)] = None,
    ledger: LedgerOption = None,
) -> None:
    """发一个密钥，只显示这一次。Make a key; it is shown this once."""
    end = None if expires is None else end_of_day_in_china(_day(expires))
    with closing(open_ledger(ledger)) as opened:
        key = api_keys.make(opened, name, label, utc_now(), expires_at=end)
    typer.echo("请收好，以后不能再看。Keep it safe: it cannot be shown again.", err=True)
    typer.echo(key)


@key_app.command("revoke")
def revoke_key(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="密钥编号，见 key list。Its number.")],
    ledger: LedgerOption = None,
) -> None:
    """作废一个密钥。Revoke a key."""
    with closing(open_ledger(ledger)) as opened:
        found = api_keys.revoke(opened, number, utc_now())
    typer.echo(
        f"第 {number} 号密钥（{found.account}，{found.label}）已作废。Key {number} of {found.account} is revoked."
    )


@key_app.command("list")
def list_keys(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="只列这个账户的。Of this account only.")] = None,
    ledger: LedgerOption = None,
) -> None:
    """列出密钥（看不到密钥本身）。List the keys, without themselves."""
    with closing(open_ledger(ledger)) as opened:
        found = api_keys.keys(opened, name)
    table = Table("编号", "账户", "作什么用", "状态", "发出（UTC）", "到期（UTC）")
    for each in found:
        state = "作废 revoked" if each.revoked_at else "可用" if each.holds(utc_now()) else "过期 expired"
        table.add_row(
            str(each.id), each.account, each.label, state, f"{each.made_at:%Y-%m-%d}",
            "不过期" if each.expires_at is None else f"{each.expires_at:%Y-%m-%d %H:%M}",
        )  # fmt: skip
    out.print(table)


# --- what is asked for ------------------------------------------------------------------------------------------------


def _hashed() -> str:
    """The hash of a new password: asked for twice at a terminal, else the first line of standard input."""
    text = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    return Passwords().hash(text)


def _asked(ask: Callable[..., str] = typer.prompt) -> str:
    text = ask(f"密码（至少 {SHORTEST} 个字符）Password", hide_input=True)
    check(text)  # before it is typed a second time
    if ask("再输一次 Again", hide_input=True) != text:
        raise BadQuestion("the two passwords are not the same", "两次输入的密码不一样")
    return text


def _day(text: str) -> date:
    try:
        day = parse_day(text)
    except ValueError as error:
        raise BadQuestion(f'--expires: "{text}" {error}', f"到期日“{text}”不是日期，请写成 2027-12-31 这样") from error
    if day < china_today():
        raise BadQuestion(f"{day} is over already", f"到期日 {day} 已经过去")
    return day
