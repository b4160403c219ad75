"""The command line `lianxin`: one file per group of commands."""

import sys

import typer

import cli.case as case_commands
import cli.demo as demo_command
import cli.ip as ip_commands
import cli.kept as kept_commands
import cli.ledger as ledger_commands
import cli.load as load_commands
import cli.partners as partner_commands
import cli.repair as repair_commands
import cli.rules as rule_commands
import cli.serve as serve_command
import cli.user as user_commands
import cli.view as view_commands
from lianxin.errors import BadQuestion, LianxinError, MissingData

app = typer.Typer(
    name="lianxin",
    help="链信：产业链对接、信用修复、知识产权融资。Industry chains, credit repair, IP finance.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(load_commands.app, name="load", help="把登记文件装入账本。Load registers into the ledger.")
app.add_typer(ledger_commands.app, name="ledger", help="备份和恢复账本。Back up and restore the ledger.")
app.add_typer(ip_commands.app, name="ip", help="知识产权融资。IP finance.")
app.add_typer(partner_commands.app, name="partners", help="找产业链伙伴。Find chain partners.")
app.add_typer(repair_commands.app, name="repair", help="信用修复。Credit repair.")
repair_commands.app.add_typer(kept_commands.links_app, name="links", help="告知书上的二维码。The codes of notices.")
repair_commands.app.add_typer(kept_commands.erase_app, name="erase", help="删除个人写的、交来的内容。Erase content.")
app.add_typer(rule_commands.app, name="rules", help="规则表和规则变化的影响。Rule table, impact of a change of law.")
app.add_typer(view_commands.app, name="view", help="Neo4j 里的图。The graph in Neo4j.")
app.add_typer(case_commands.app, name="case", help="案件：查看、办理、核对、到期。Cases.")
app.add_typer(user_commands.app, name="user", help="账户和密钥：谁可以登录。Accounts and keys: who may log in.")
app.command("serve", help="启动网页和接口。Serve the pages and the API.")(serve_command.serve)
app.command("demo", help="写出合成的演示区数据。Write the synthetic demo district.")(demo_command.demo)

USAGE, FAILURE = 2, 1  # exit codes: the question was wrong, or it could not be done


def main() -> None:
    """Entry point: errors are said in both languages, and end with a code that a script can tell apart."""
    try:
        app()
    except LianxinError as error:
        typer.secho(error.zh, err=True, fg="red")
        typer.secho(error.en, err=True)
        sys.exit(USAGE if isinstance(error, BadQuestion | MissingData) else FAILURE)
    except SystemExit as end:
        if end.code == USAGE:  # typer says in English alone what is wrong with a command line
            typer.secho("命令没有写对或没有写完：上面的英文指出了哪里；加 --help 看用法。", err=True, fg="red")
        raise
    except BrokenPipeError:  # the reader of a pipe went away: `| head`
        sys.stderr.close()
        sys.exit(FAILURE)
