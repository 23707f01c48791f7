"""The command that watches a LangGraph Server, for as long as it runs."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import click

from plancraft.approvals import ApprovalRequest
from plancraft.cli.failing import one_line_errors, tell_trouble
from plancraft.cli.loading import load_server
from plancraft.cli.options import around, concurrency_option, policy_in, policy_option
from plancraft.cli.session import DEFAULT_DB
from plancraft.cli.showing import plain
from plancraft.cli.working import show_done
from plancraft.locale import say, speaking
from plancraft.stores import open_store
from plancraft.stores.urls import url_from_environment
from plancraft.threads import InterruptConfig, Watcher

__all__ = ["watch"]


@click.command(
    help=say("Bring what a LangGraph Server's threads ask into the store, and decisions back.")
)
@click.argument("server", metavar="URL[#ASSISTANT]")
@concurrency_option
@policy_option
@around
def watch(
    server: str,
    concurrency: int,
    policy: Path | None,
    db: Path | None,
    store: str | None,
    lang: Any,
) -> None:
    with speaking(lang), one_line_errors():
        url = store or url_from_environment() or f"sqlite:///{db or DEFAULT_DB}"
        watcher = Watcher(
            load_server(server),
            store=open_store(url),
            settings=InterruptConfig(POLICY=policy_in(policy) if policy else None),
            concurrency=concurrency,
            on_opened=_show_opened,
            on_done=show_done,
        )
        text = say("Watching {server}. Ctrl-C ends.", server=watcher.server.url)
        tell_trouble()
        asyncio.run(_watch(watcher, plain(text).plain))


async def _watch(watcher: Watcher, greeting: str) -> None:
    task = asyncio.create_task(watcher.run())

    def end() -> None:
        if asked_twice.is_set() or not watcher.busy:
            task.cancel()
        else:
            click.echo(say("Finishing what is being run; Ctrl-C again ends at once."))
        asked_twice.set()
        watcher.stop()

    asked_twice = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    click.echo(greeting)
    try:
        await task
    except asyncio.CancelledError:
        if not asked_twice.is_set():
            raise


def _show_opened(request: ApprovalRequest) -> None:
    title = " ".join(request.title.split())
    click.echo(plain(say("{thread} asks: {title}", thread=request.thread_id, title=title)).plain)
