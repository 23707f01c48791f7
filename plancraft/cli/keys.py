"""The commands that make, show and revoke keys."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from plancraft.access import Keys, Role
from plancraft.approvals import Store
from plancraft.cli.failing import Refused, one_line_errors
from plancraft.cli.options import around
from plancraft.cli.session import DEFAULT_DB
from plancraft.cli.showing import plain
from plancraft.locale import LANGUAGES, Language, say, speaking
from plancraft.stores import open_store
from plancraft.stores.urls import url_from_environment

__all__ = ["keys", "store_to_keep_in"]

_MEMBER = re.compile(r"[UW][A-Z0-9]{2,30}")
_ADDRESS = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+")


def store_to_keep_in(db: Path | None, store: str | None) -> Store:
    """The store that the options name; its file is made where there is none yet."""
    if url := store or url_from_environment():
        return open_store(url)
    path = db or DEFAULT_DB
    if not path.absolute().parent.is_dir():
        raise Refused(say("there is no folder {path}", path=path.parent))
    return open_store(f"sqlite:///{path}")


@click.group(help=say("Keys for agents, which ask, and for reviewers, who decide"))
def keys() -> None:
    """What is done with them is said by the command behind."""


@keys.command(help=say("Print a new key. It is kept as a hash, so this is the only time."))
@click.argument("name")
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in Role]),
    help=say("An agent asks and never decides; a reviewer decides"),
)
@click.option("--email", help=say("Where to reach them"))
@click.option(
    "--group",
    "groups",
    multiple=True,
    help=say("What else a reviewer is, for requests that only role:GROUP decides"),
)
@click.option(
    "--language", type=click.Choice(LANGUAGES), help=say("In which notifications are written")
)
@click.option("--slack", metavar="MEMBER_ID", help=say("Their Slack member id, such as U012345"))
@around
def add(  # noqa: PLR0913 - one parameter an option
    name: str,
    role: str,
    email: str | None,
    groups: tuple[str, ...],
    language: Language | None,
    slack: str | None,
    db: Path | None,
    store: str | None,
    lang: Any,
) -> None:
    with speaking(lang), _keys_of(db, store) as kept:
        if slack is not None and not _MEMBER.fullmatch(slack):
            raise Refused(say("--slack takes a member id, such as U012345"))
        if email is not None and not _ADDRESS.fullmatch(email):
            raise Refused(say("--email takes one address"))
        token = kept.add(
            name, Role(role), email=email, groups=groups, language=language, slack=slack
        )
        click.echo(token)


@keys.command("list", help=say("Show whose keys there are."))
@around
def list_keys(db: Path | None, store: str | None, lang: Any) -> None:
    with speaking(lang), _keys_of(db, store) as kept:
        table = Table(box=None, pad_edge=False)
        for heading in (
            say("Name"), say("Role"), say("E-mail"), "Slack", say("Language"),
            say("Groups"), say("Since"),
        ):  # fmt: skip
            table.add_column(heading, overflow="fold")
        for key in kept.list():
            reached = (key.email or "", key.slack or "", key.language or "")
            cells = (key.name, key.role.value, *reached, ", ".join(key.groups))
            since = key.created_at.isoformat(timespec="seconds")
            table.add_row(*(plain(cell) for cell in (*cells, since)))
        Console(highlight=False).print(table)


@keys.command(help=say("Let a key count no more, nor any session opened with it."))
@click.argument("name")
@around
def revoke(name: str, db: Path | None, store: str | None, lang: Any) -> None:
    with speaking(lang), _keys_of(db, store) as kept:
        kept.revoke(name)
        click.echo(say("The key of {name} counts no more.", name=name))


@contextmanager
def _keys_of(db: Path | None, store: str | None) -> Iterator[Keys]:
    with one_line_errors():
        opened = store_to_keep_in(db, store)
        try:
            yield Keys(opened)
        finally:
            opened.close()
