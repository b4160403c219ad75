"""What a database says when it fails, in words that say what to do."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from lianxin.errors import StoreUnavailable


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn what the database says into an error that says what to do."""
    try:
        yield
    except DBAPIError as error:
        raise StoreUnavailable(*_in_our_words(url, str(error.orig))) from error
    except sqlite3.Error as error:
        raise StoreUnavailable(*_in_our_words(url, str(error))) from error


def without_password(url: str) -> str:
    """The URL as it may be shown and logged."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url)  # also of what is no URL: an error shows it, too


def _in_our_words(url: str, said: str) -> tuple[str, str]:
    safe = without_password(url)
    for signs, en, zh in _SAYINGS:
        if any(sign in said for sign in signs):
            return f"{safe}: {en}", f"{safe}：{zh}"
    return f"{safe}: {said}", f"{safe}：数据库报告 {said}"


_SAYINGS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("database or disk is full",),
        "the disk is full. Nothing was half-written; free some space and repeat the command",
        "磁盘已满。没有写入一半的数据；请清出空间后重新执行",
    ),
    (
        ("database is locked", "canceling statement due to lock timeout"),
        "another process has been writing for more than ten seconds. Wait for it to end, then repeat the command",
        "另一个进程占用写锁超过十秒。请等它结束后重新执行",
    ),
    (
        ("unable to open database file",),
        "cannot be opened or created. Does the folder exist, and may you write there?",
        "打不开也建不了。请确认文件夹存在并且可写",
    ),
    (
        ("file is not a database",),
        "is not a ledger. Name the ledger's own file, or restore it from a backup",
        "不是账本文件。请指定账本自己的文件，或从备份恢复",
    ),
    (
        ("readonly database",),
        "is read-only. Give yourself the right to write, or name another ledger",
        "账本是只读的。请取得写权限，或换一个账本",
    ),
    (
        ("disk I/O error",),
        "the disk refused to read or write: full, unplugged or failing. Nothing was half-written; look at the disk, "
        "then repeat the command",
        "磁盘读写失败（可能已满、断开或损坏）。没有写入一半的数据；请检查磁盘后重新执行",
    ),
    (("disk image is malformed",), "is damaged. Restore it from a backup", "账本已损坏，请从备份恢复"),
    (
        ("No space left on device",),
        "the server's disk is full. Nothing was half-written; free some space there and repeat the command",
        "服务器磁盘已满。没有写入一半的数据；请在服务器上清出空间后重新执行",
    ),
    (
        ("password authentication failed",),
        "the server refuses the password. Write the right one into the URL, or into ~/.pgpass",
        "服务器不接受这个密码。请在地址里或 ~/.pgpass 里写正确的密码",
    ),
    (
        ("does not exist",),
        "the server has no such database or account. Let its administrator create it, then repeat the command",
        "服务器上没有这个库或账号。请让管理员先建好，再重新执行",
    ),
    (
        ("permission denied",),
        "the account lacks a right. It needs to own the ledger's database",
        "账号权限不足。它应当是账本所在库的所有者",
    ),
    (
        ("read-only transaction",),
        "the server takes no writes (is it a replica?). Name the one that does",
        "服务器不接受写入（是不是只读副本？）。请指定可写的服务器",
    ),
    (
        (
            "connection failed",
            "connection is bad",
            "the connection is closed",
            "connection timeout expired",
            "server closed the connection",
            "terminating connection",
            "the database system is",  # starting up, shutting down, in recovery mode
            "consuming input failed",
            "could not receive data",
            "could not send data",
        ),
        "the database server cannot be reached or went away. Nothing was half-written; start it, then repeat the "
        "command",
        "连不上数据库服务器，或连接中断。没有写入一半的数据；请启动服务器后重新执行",
    ),
)
