"""`make demo ARGS=--research`: an A2A agent and a client of it, in one terminal."""

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from plancraft.access import Keys, Role
from plancraft.app import serving
from plancraft.approvals import ApprovalType, HITLPolicy
from plancraft.approvals.desk import Desk
from plancraft.approvals.policy import Rule
from plancraft.cli.failing import Refused
from plancraft.cli.prepared import PreparedAnswers
from plancraft.cli.showing import plain
from plancraft.locale import language, language_in, say, speaking
from plancraft.stores import open_store
from plancraft.threads import InterruptConfig

__all__ = ["ask_researcher"]

LIBRARY = Path(__file__).parent / "library"
QUESTIONS = {
    "en": "When should an agent wait for a person?",
    "ko": "에이전트는 언제 사람을 기다려야 하는가?",
}
_OWN = HITLPolicy(types={kind: Rule(requester_may_decide=True) for kind in ApprovalType})
"""At this terminal sits who asks and who decides in one person."""
_TASK_FILE = "research.json"
_START_SECONDS = 30


def ask_researcher(
    question: str,
    folder: Path,
    prepared: PreparedAnswers | None,
    *,
    by: str,
    port: int,
    new: bool,
) -> None:
    """Give the agent a question, decide at its three gates, keep the report in the folder."""
    if prepared is None and not sys.stdin.isatty():
        raise Refused(say("nobody is at this terminal to answer; pass --answers FILE"))
    console = Console(highlight=False)
    known = None if new else _unfinished(folder)
    if known is not None:
        console.print(say("Going on where you stopped. (--new starts over.)"), style="dim")
        question = known["question"]
    question = question or _offered(console, prepared)
    with speaking(language_in(question)):
        with _served(folder / "research.db", by, port) as (url, key):
            console.print(plain(say("The A2A agent is at {url}.", url=url)), style="dim")
            task = asyncio.run(_asked(url, key, question, known, folder, prepared, console))
        _keep(task, folder, console)


@contextmanager
def _served(db: Path, by: str, port: int) -> Iterator[tuple[str, str]]:
    """The agent's URL, and a key to ask it with, while it is served from another thread."""
    from plancraft.app.a2a import PATH, AgentOptions, mount, service_of

    store = open_store(f"sqlite:///{db}")
    bound = serving.bind("127.0.0.1", port)
    address = serving.address_of(bound, "127.0.0.1")
    options = AgentOptions(address=address, tasks=store.url, documents=LIBRARY)
    service = service_of(options, store, InterruptConfig(POLICY=_OWN))
    app = serving.create_app(Desk(store, _OWN), background=[service.run], research=service.start)
    mount(app, service)
    server = serving.server_of(app)
    thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
    keys = Keys(store)
    if any(key.name == by for key in keys.list()):  # of a run that was killed
        keys.revoke(by)
    key = keys.add(by, Role.REVIEWER)
    thread.start()
    try:
        yield f"{address}{PATH}", key
    finally:
        keys.revoke(by)
        server.should_exit = True
        thread.join(_START_SECONDS)
        bound.close()
        store.close()


async def _asked(
    url: str,
    key: str,
    question: str,
    known: dict[str, str] | None,
    folder: Path,
    prepared: PreparedAnswers | None,
    console: Console,
) -> Any:
    from plancraft.cli.a2a_client import Conversation, connect

    async with connect(url, key, None) as client:
        talk = Conversation(client, console, prepared)
        talk.on_task = lambda task_id: _remember(folder, task_id, question)
        try:
            await talk.run(None if known else question, known["task"] if known else None)
        except (KeyboardInterrupt, asyncio.CancelledError, EOFError, click.Abort):
            click.echo()
            told = say("Stopped; nothing is lost. make demo ARGS=--research goes on from there.")
            click.echo(told)
            sys.exit(130)
        return talk.task


def _offered(console: Console, prepared: PreparedAnswers | None) -> str:
    offered = QUESTIONS[language()]
    if prepared is not None:
        return offered
    console.print(say("What would you like to know? Enter takes this question:"))
    console.print(plain(offered), style="dim")
    return console.input("> ").strip() or offered


def _unfinished(folder: Path) -> dict[str, str] | None:
    try:
        found = json.loads((folder / _TASK_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"task", "question"} <= found.keys() else None


def _remember(folder: Path, task_id: str, question: str) -> None:
    text = json.dumps({"task": task_id, "question": question}, ensure_ascii=False)
    (folder / _TASK_FILE).write_text(text, encoding="utf-8")


def _keep(task: Any, folder: Path, console: Console) -> None:
    """The report as a file, if there is one."""
    (folder / _TASK_FILE).unlink(missing_ok=True)
    texts = [part.text for one in task.artifacts for part in one.parts if part.HasField("text")]
    if not texts:
        return
    path = folder / "report.md"
    path.write_text(texts[0].rstrip() + "\n", encoding="utf-8")
    console.print(plain(say("The report is in {path}", path=path)))
