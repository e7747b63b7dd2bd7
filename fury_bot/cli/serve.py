"""The command ``fury-bot serve``."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING, Any

import click

from fury_bot.cli.context import WholeNumber, wire
from fury_bot.wiring import WEB_THREADS
from fury_bot.wsgi import create_app
from web.api.streaming import MAX_ANSWERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from flask import Flask


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=WholeNumber(1, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on.",
)
def command(host: str, port: int) -> None:
    """Serve the webhooks, the API and the health routes over HTTP."""
    _check_port(host, port)
    wiring = wire()
    _serve(create_app(wiring.settings, wiring), host=host, port=port)


def _serve(app: Flask, *, host: str, port: int) -> None:
    # gunicorn runs on POSIX alone, and the other commands do not need it.
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415

    address = _address(host, port)

    class Server(BaseApplication):  # type: ignore[misc] # gunicorn has no types
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": address,
                # An answer holds its thread while it is written; so many are left for the rest.
                "threads": MAX_ANSWERS + WEB_THREADS,
                "worker_class": "gthread",
                "loglevel": "warning",
                "control_socket_disable": True,
                "when_ready": _ready(f"http://{address}"),
                "post_worker_init": _leave_to_the_master,
            }
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    Server().run()


def _address(host: str, port: int) -> str:
    """Return where to listen as a URL has it: an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _ready(url: str) -> Callable[[Any], None]:
    """Return what gunicorn's master does once it listens: say so, and stop gently by Ctrl-C too.

    gunicorn takes SIGINT for an order to drop what is being answered. Here the first one lets the
    answers under way come to their end, as SIGTERM does; another one is gunicorn's again.
    """

    def ready(arbiter: Any) -> None:  # noqa: ANN401 - gunicorn has no types
        hasty = signal.getsignal(signal.SIGINT)

        def stop(_: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, hasty)
            arbiter.signal(signal.SIGTERM, frame)

        signal.signal(signal.SIGINT, stop)
        click.echo(f"listening on {url}", err=True)

    return ready


def _leave_to_the_master(_: object) -> None:
    """Have a worker not see the Ctrl-C that the terminal sends to it as well."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _check_port(host: str, port: int) -> None:
    """Find out in one line, not in gunicorn's five tries, that the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {_address(host, port)}: {error.strerror}; choose another --port"
        ) from error
