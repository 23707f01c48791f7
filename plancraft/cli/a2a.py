"""The commands for A2A: serve an agent, and ask one."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from rich.console import Console

from plancraft.cli.agents import agent_wanted
from plancraft.cli.failing import Refused, one_line_errors
from plancraft.cli.prepared import PreparedAnswers
from plancraft.cli.serving import serve_until_stopped, serving_options
from plancraft.locale import LANGUAGES, Language, language_in, say, speaking

__all__ = ["a2a"]


@click.group(help=say("Agents over A2A, with people where they pause"))
def a2a() -> None:
    """What is done with them is said by the command behind."""


@a2a.command(help=say("Serve an A2A agent, and the inbox in which people decide, until Ctrl-C."))
@serving_options
def serve(lang: Any, **options: Any) -> None:
    with speaking(lang), one_line_errors():
        wanted = agent_wanted(options, always=True)
        assert wanted is not None
        if wanted.agent is None and wanted.documents is None:
            raise Refused(say("--documents PATH says what to research; --agent serves a graph"))
        serve_until_stopped(wanted, **options)


@a2a.command(help=say("Give an agent a task, see how it goes, and answer what it asks."))
@click.argument("url")
@click.argument("question", required=False)
@click.option("--task", metavar="ID", help=say("Go on with this task"))
@click.option("--cancel", is_flag=True, help=say("Cancel the task"))
@click.option(
    "--key",
    envvar="PLANCRAFT_KEY",
    show_envvar=True,
    help=say("The key to ask with"),
)
@click.option("--answers", type=click.Path(path_type=Path), help=say("File of prepared answers"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("Language of the texts"))
def ask(
    url: str,
    question: str | None,
    task: str | None,
    cancel: bool,
    key: str | None,
    answers: Path | None,
    lang: Any,
) -> None:
    with speaking(lang or _spoken(question)), one_line_errors():
        if (question is None) == (task is None) or (cancel and task is None):
            raise Refused(say("give a question, or --task ID with or without --cancel"))
        _require_url(url)
        prepared = PreparedAnswers(answers) if answers else None
        ended = asyncio.run(_ask(url, question, task, cancel, key, prepared, lang))
    sys.exit(0 if ended else 1)


async def _ask(
    url: str,
    question: str | None,
    task_id: str | None,
    cancel: bool,
    key: str | None,
    prepared: PreparedAnswers | None,
    lang: str | None,
) -> bool:
    from plancraft.cli.a2a_client import Conversation, Unreachable

    console = Console(highlight=False)
    try:
        async with _connected(url, key, lang) as client:
            talk = Conversation(client, console, prepared)
            if cancel:
                return await talk.cancel(task_id or "")
            try:
                return await talk.run(question, task_id)
            except (KeyboardInterrupt, asyncio.CancelledError, EOFError, click.Abort):
                _say_how_to_go_on(url, talk.task_id)
                sys.exit(130)
    except Unreachable as error:
        raise Refused(say("{url}: {reason}", url=url, reason=error)) from error


@asynccontextmanager
async def _connected(url: str, key: str | None, lang: str | None) -> AsyncIterator[Any]:
    from plancraft.cli.a2a_client import connect

    async with connect(url, key, lang) as client:
        yield client


def _spoken(question: str | None) -> Language | None:
    """The language of a question in Korean; else the one of the surroundings."""
    return "ko" if question and language_in(question) == "ko" else None


def _require_url(url: str) -> None:
    """Raises:
    Refused: it is none.
    """
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise Refused(say("{spec} is no URL, as http://127.0.0.1:8000/a2a", spec=url))


def _say_how_to_go_on(url: str, task_id: str | None) -> None:
    click.echo()
    if task_id is not None:
        click.echo(say("Stopped; the task goes on. To come back to it:"))
        click.echo(f"  plancraft a2a ask {url} --task {task_id}")
