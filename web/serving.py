"""Listening: waitress, one process with threads, on this machine alone unless the demo is told otherwise."""

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
    "目前还没有账户，坐在这台机器前的人就是管理员，所以只在本机（127.0.0.1）监听。要给别人看，请用 --demo 演示。",
    "There are no accounts yet: whoever sits at this machine is the administrator, so only this machine (127.0.0.1) "
    "is served. To show it to others, use --demo.",
)
_WHY_DEMO = (
    "演示方式：没有账户，任何人都可以在页眉换角色，请不要装入真实数据。",
    "Demo: no accounts, anybody may choose a role in the header. Do not load real data.",
)


def serve(app: Flask, port: int, demo: bool, host: str | None = None) -> None:
    """Serve until interrupted, saying in both languages where and why there.

    Raises PortInUse, or BadQuestion when the address cannot be served.
    """
    server = listen(app, port, demo, host)
    threading.Thread(target=_warm, args=(app,), name="warm", daemon=True).start()
    for line in (*(_WHY_DEMO if demo else _WHY_LOOPBACK), f"http://{server.effective_host}:{server.effective_port}/"):
        print(line, flush=True)
    try:
        server.run()
    finally:
        server.close()
        platform_of(app).views.close()


def _warm(app: Flask) -> None:
    """Prepare the first answers while the officer still opens the browser."""
    served = platform_of(app)
    with suppress(StoreUnavailable):  # a graph that is still being built
        warm(served.view(), served.today())


def listen(app: Flask, port: int, demo: bool, host: str | None = None) -> "waitress.server.BaseWSGIServer":
    """A server that has taken its port."""
    address = host or LOOPBACK
    if not demo and address != LOOPBACK:
        raise BadQuestion(
            f"--host {address} needs --demo: without accounts only this machine may be served",
            f"--host {address} 要和 --demo 一起用：还没有账户时只能在本机监听",
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
