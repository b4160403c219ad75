"""Listening: waitress, one process with threads, on this machine alone until there are accounts."""

import errno
import socket
import threading
from contextlib import suppress

import waitress
from flask import Flask

from lianxin.errors import BadQuestion, PortInUse, StoreUnavailable
from services.warm import warm
from web.state import platform_of

LOOPBACK = "127.0.0.1"
THREADS = 8
_WHY_LOOPBACK = (
    "目前还没有账户，坐在这台机器前的人就是管理员，所以只在本机（127.0.0.1）监听。"
    "要给别人用，请先用 lianxin user add 建账户。",
    "There are no accounts yet: whoever sits at this machine is the administrator, so only this machine (127.0.0.1) "
    "is served. To let others in, make accounts first: lianxin user add.",
)
_WHY_LOGIN = (
    "有账户：所有人都要登录，包括在这台机器上。",
    "There are accounts: everybody logs in, at this machine too.",
)
_WHY_DEMO = (
    "演示方式：任何人都可以在页眉换演示账户，密码在登录页上，请不要装入真实数据。",
    "Demo: anybody may log in as any of its accounts, whose passwords stand on the login page. Do not load real data.",
)
_IN_THE_CLEAR = (
    "密码和记录在网络上没有加密：请在前面放一个 https 代理，并设置 LIANXIN_BASE_URL=https://……",
    "Passwords and records go over the network in the clear: put an https proxy in front of it and set "
    "LIANXIN_BASE_URL=https://…",
)


def serve(app: Flask, port: int, demo: bool, host: str | None = None) -> None:
    """Serve until interrupted, saying in both languages where and why there.

    Raises PortInUse, or BadQuestion when the address cannot be served.
    """
    server = listen(app, port, demo, host)
    threading.Thread(target=_warm, args=(app,), name="warm", daemon=True).start()
    for line in (*_said(app, demo, host), f"http://{server.effective_host}:{server.effective_port}/"):
        print(line, flush=True)
    try:
        server.run()
    finally:
        server.close()
        platform_of(app).views.close()


def _said(app: Flask, demo: bool, host: str | None) -> tuple[str, ...]:
    """Who may come, and what to beware of."""
    served = platform_of(app)
    if demo:
        return _WHY_DEMO
    if not served.locked():
        return _WHY_LOOPBACK
    open_ = host not in (None, LOOPBACK) and not served.secure
    return (*_WHY_LOGIN, *_IN_THE_CLEAR) if open_ else _WHY_LOGIN


def _warm(app: Flask) -> None:
    """Prepare the first answers while the officer still opens the browser."""
    served = platform_of(app)
    with suppress(StoreUnavailable):  # a graph that is still being built
        warm(served.view(), served.today())


def listen(app: Flask, port: int, demo: bool, host: str | None = None) -> "waitress.server.BaseWSGIServer":
    """A server that has taken its port."""
    address = host or LOOPBACK
    if address != LOOPBACK and not demo and not platform_of(app).locked():
        raise BadQuestion(
            f"--host {address} needs accounts: without them whoever comes would be the administrator. Make the first "
            "one (lianxin user add NAME --role administrator), or show made-up data (--demo)",
            f"--host {address} 要先有账户：没有账户时，谁来都是管理员。请先建一个"
            "（lianxin user add 账户名 --role administrator），或用 --demo 演示合成数据",
        )
    if not 0 <= port <= 65535:
        raise BadQuestion(
            f"there is no port {port}; choose one from 1024 to 65535", f"没有 {port} 这个端口，请选 1024 到 65535"
        )
    return waitress.create_server(
        app, sockets=[_take(address, port)], threads=THREADS, ident=None, clear_untrusted_proxy_headers=True
    )


def _take(host: str, port: int) -> socket.socket:
    """Take the port ourselves: waitress leaves its files open when it cannot."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(host, port) from error
        raise BadQuestion(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another --port or --host",
            f"不能在 {host}:{port} 监听（{error.strerror}）；请换 --port 或 --host",
        ) from error
