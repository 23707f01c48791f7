"""The commands that show what was not sent yet, send it again or drop it, and try the channels."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from plancraft.cli.failing import Refused, one_line_errors
from plancraft.cli.keys import store_to_keep_in
from plancraft.cli.options import around, json_option
from plancraft.cli.showing import plain
from plancraft.locale import say, speaking
from plancraft.notifications import NotificationService, OutboxItem

__all__ = ["notifications"]


@click.group(help=say("Notifications that were not sent yet, or were given up"))
def notifications() -> None:
    """What is done with them is said by the command behind."""


@notifications.command("list", help=say("Show what still waits and what was given up, and why."))
@json_option
@around
def list_items(as_json: bool, db: Path | None, store: str | None, lang: Any) -> None:
    with speaking(lang), _service_of(db, store) as service:
        items = service.outbox.items()
        if as_json:
            for item in items:
                click.echo(item.model_dump_json())
            return
        if not items:
            click.echo(say("Nothing waits, and nothing was given up."))
            return
        Console(highlight=False).print(_table(items))


@notifications.command(help=say("Send again what was given up."))
@click.argument("id_", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help=say("All that was given up"))
@around
def retry(id_: str | None, everything: bool, db: Path | None, store: str | None, lang: Any) -> None:
    with speaking(lang), _service_of(db, store) as service:
        _require_one(id_, everything)
        again = service.retry_all() if id_ is None else [service.retry(id_)]
        click.echo(say("To be sent again: {count}", count=len(again)))


@notifications.command(help=say("Give up for good what waits or was given up."))
@click.argument("id_", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help=say("All that was given up"))
@around
def drop(id_: str | None, everything: bool, db: Path | None, store: str | None, lang: Any) -> None:
    with speaking(lang), _service_of(db, store) as service:
        _require_one(id_, everything)
        ids = [item.id for item in service.dead()] if id_ is None else [id_]
        dropped = [service.drop(one) for one in ids]
        click.echo(say("Dropped: {count}", count=len(dropped)))


@notifications.command(help=say("Send a test to one reviewer by every configured channel, now."))
@click.argument("name")
@around
def test(name: str, db: Path | None, store: str | None, lang: Any) -> None:
    with speaking(lang), _service_of(db, store) as service:
        if not service.channels:
            raise Refused(
                say("no channel is configured: set {variables}", variables=", ".join(_VARIABLES))
            )
        tried = asyncio.run(service.try_out(name))
        table = _headed(say("Channel"), say("To"), say("What happened"))
        for one in tried:
            became = say("sent") if one.error is None else one.error
            table.add_row(*(plain(cell) for cell in (one.channel, one.to, became)))
        Console(highlight=False).print(table)
        if any(one.error is not None for one in tried):
            raise Failed(say("not everything was sent"))


class Failed(Refused):
    """A channel did not take the test."""

    exit_code = 1


_VARIABLES = ("ENABLE_EMAIL_NOTIFICATIONS", "SLACK_WEBHOOK_URL", "PLANCRAFT_WEBHOOK_URL")


def _table(items: list[OutboxItem]) -> Table:
    table = _headed(
        say("ID"), say("State"), say("To"), say("Request"), say("Attempts"), say("Next"),
        say("Why"),
    )  # fmt: skip
    for item in items:
        dead = item.state == "dead"
        cells = (
            item.id,
            say("given up") if dead else say("waits"),
            item.to,
            _about(item),
            str(item.attempts),
            "" if dead else item.next_at.isoformat(timespec="seconds"),
            item.error or "",
        )
        table.add_row(*(plain(cell) for cell in cells))
    return table


def _about(item: OutboxItem) -> str:
    shown = item.about[:12]
    return shown if item.task_id is None else say("task {id}", id=shown)


def _headed(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(headings):
        # What is copied into the next command stays in one piece.
        table.add_column(heading, overflow="fold", no_wrap=number == 0)
    return table


def _require_one(id_: str | None, everything: bool) -> None:
    if (id_ is None) != everything:
        raise Refused(say("name an ID, or say --all"))


@contextmanager
def _service_of(db: Path | None, store: str | None) -> Iterator[NotificationService]:
    with one_line_errors():
        opened = store_to_keep_in(db, store)
        try:
            yield NotificationService(opened)
        finally:
            opened.close()
