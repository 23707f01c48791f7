"""The command that delivers decisions to the threads of graphs, for as long as it runs."""

import asyncio
import dataclasses
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from plancraft.cli.failing import one_line_errors, tell_trouble
from plancraft.cli.options import around, concurrency_option, policy_in, policy_option, session_of
from plancraft.cli.session import Session
from plancraft.cli.showing import plain, state_in_words
from plancraft.locale import say, speaking
from plancraft.threads import InterruptConfig, RecoveredThread, Worker

__all__ = ["show_done", "work"]


@click.command(help=say("Carry decisions back to the threads of graphs, until Ctrl-C."))
@click.argument("graphs", metavar="MODULE:GRAPH...", nargs=-1, required=True)
@concurrency_option
@policy_option
@around
def work(
    graphs: tuple[str, ...],
    concurrency: int,
    policy: Path | None,
    db: Path | None,
    store: str | None,
    lang: Any,
) -> None:
    with speaking(lang), one_line_errors():
        settings = InterruptConfig(POLICY=policy_in(policy) if policy else None)
        sessions = {
            graph: dataclasses.replace(session_of(graph, db, store), settings=settings)
            for graph in graphs
        }
        tell_trouble()
        asyncio.run(_work(sessions, concurrency))


async def _work(sessions: dict[str, Session], concurrency: int) -> None:
    workers: list[Worker] = []
    asked_twice = asyncio.Event()

    def started(graph: str) -> Callable[[Worker], None]:
        def note(worker: Worker) -> None:
            workers.append(worker)
            click.echo(plain(say("Working for {graph}. Ctrl-C ends.", graph=graph)).plain)

        return note

    def end() -> None:
        if asked_twice.is_set() or not sum(worker.busy for worker in workers):
            for task in tasks:
                task.cancel()
        else:
            click.echo(say("Finishing what is being run; Ctrl-C again ends at once."))
        asked_twice.set()
        for worker in workers:
            worker.stop()

    tasks = [
        asyncio.create_task(
            session.work(concurrency=concurrency, on_done=show_done, started=started(graph))
        )
        for graph, session in sessions.items()
    ]
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException) and not isinstance(error, asyncio.CancelledError):
            raise error


def show_done(done: RecoveredThread) -> None:
    """Say how a thread that was run ended."""
    if done.error is not None:
        kind = type(done.error).__name__
        text = say("{thread}: {kind}: {error}", thread=done.thread_id, kind=kind, error=done.error)
        click.echo(plain(text).plain, err=True)
        return
    click.echo(plain(f"{done.thread_id}: {state_in_words(done.state)}").plain)
