"""`make demo`: plan an idea in the terminal, three questions on the way."""

import asyncio
import json
import os
import re
import sys
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import Any

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table

from graph.analysis import analyse
from graph.research_demo import ask_researcher
from graph.workflow import planning
from plancraft import PlancraftError, RecoveredThread, get_hitl_history, open_store
from plancraft.app import serving
from plancraft.approvals.desk import Desk
from plancraft.cli.conversing import converse
from plancraft.cli.failing import Refused, one_line_errors
from plancraft.cli.prepared import PreparedAnswers
from plancraft.cli.session import Session
from plancraft.cli.showing import plain
from plancraft.locale import LANGUAGES, language, say, speaking

FOLDER = Path("demo-output")
THREAD_FILE = "thread.json"
IDEAS = {
    "en": (
        "A tool-sharing app for neighbours: list a drill or a ladder, reserve a tool for a "
        "weekend, get a reminder to bring it back, and rate how the loan went. "
        "For city dwellers without a workshop; must work without payments."
    ),
    "ko": (
        "이웃 공구 대여 앱: 드릴이나 사다리를 등록하고, 주말에 쓸 공구를 예약하고, "
        "반납할 때가 되면 알려 주고, 빌린 뒤에는 서로 후기를 남긴다. 작업실이 없는 도시 주민을 "
        "위한 것이며 결제 없이 쓸 수 있어야 한다."
    ),
}


@click.command(help=say("Plan an idea: answer three questions, read the plan."))
@click.argument("idea", nargs=-1)
@click.option("--answers", type=click.Path(path_type=Path), help=say("File of prepared answers"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("Language of the texts"))
@click.option("--new", is_flag=True, help=say("Start over instead of going on"))
@click.option("--by", default="you", show_default=True, help=say("Who answers"))
@click.option("--web", is_flag=True, help=say("Ask in the inbox, in a browser"))
@click.option("--research", is_flag=True, help=say("Research a question, as an A2A agent does"))
@click.option("--port", default=0, type=click.IntRange(0, 65535), help=say("The inbox's port"))
def main(  # noqa: PLR0913 - one parameter an option
    idea: tuple[str, ...],
    answers: Path | None,
    lang: Any,
    new: bool,
    by: str,
    web: bool,
    research: bool,
    port: int,
) -> None:
    """Run the demo, or go on with it."""
    with speaking(lang), one_line_errors():
        prepared = PreparedAnswers(answers) if answers else None
        FOLDER.mkdir(exist_ok=True)
        if research:
            ask_researcher(" ".join(idea).strip(), FOLDER, prepared, by=by, port=port, new=new)
            return
        thread = _unfinished()
        if new and thread is not None:
            _give_up(thread["id"], by)
            thread = None
        text = " ".join(idea).strip()
        console = Console(highlight=False)
        if thread is not None:
            console.print(say("Going on where you stopped. (--new starts over.)"), style="dim")
            text = thread["idea"]
        text = text or _offered(console, prepared)
        chosen = language() if os.environ.get("PLANCRAFT_LANG") else _spoken(text)
        with speaking(lang or chosen):
            planned = _begun(text, thread)
            if web:
                _serve(planned, port, by, console)
            else:
                _converse(planned, prepared, by, console)


@dataclass(frozen=True)
class _Planned:
    """A thread that plans, and what it is to begin with; None to go on where it is."""

    session: Session
    thread_id: str
    given: dict[str, str] | None


def _give_up(thread_id: str, by: str) -> None:
    """Withdraw what the thread still asks, so that nobody answers it by mistake."""
    with suppress(PlancraftError):
        Session(planning, FOLDER / "demo.db").cancel(thread_id, by=by, reason="--new")


def _begun(idea: str, thread: dict[str, str] | None) -> _Planned:
    session = Session(planning, FOLDER / "demo.db")
    if thread is None:
        thread = {"id": uuid.uuid4().hex[:12], "idea": idea}
        _remember(thread)
        return _Planned(session, thread["id"], {"user_input": idea})
    known = _started(session, thread["id"])
    return _Planned(session, thread["id"], None if known else {"user_input": idea})


def _converse(
    planned: _Planned, prepared: PreparedAnswers | None, by: str, console: Console
) -> None:
    """Ask in the terminal."""
    thread = planned.thread_id
    try:
        state = converse(
            planned.session, thread, planned.given, by=by, console=console, prepared=prepared
        )
    except (KeyboardInterrupt, EOFError, click.Abort):
        click.echo()
        click.echo(say("Stopped; nothing is lost. make demo goes on at the same question."))
        sys.exit(130)
    _finish(state, console)


def _serve(planned: _Planned, port: int, by: str, console: Console) -> None:
    """Ask in the inbox, until Ctrl-C."""
    store = open_store(f"sqlite:///{FOLDER / 'demo.db'}")
    session = replace(planned.session, store=store)
    try:
        bound = serving.bind("127.0.0.1", port)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refused(
            say(
                "cannot listen at {host}:{port}: {reason}",
                host="127.0.0.1",
                port=port,
                reason=reason,
            )
        ) from error
    address = serving.address_of(bound, "127.0.0.1")
    language_then = language()

    def on_done(done: RecoveredThread) -> None:
        if done.thread_id == planned.thread_id and done.state == "finished":
            with speaking(language_then):
                _finish(session.values(planned.thread_id), console)
                console.print(say("The inbox stays open; Ctrl-C ends it."), style="dim")

    async def plan() -> None:
        if not await asyncio.to_thread(_started, session, planned.thread_id):
            await asyncio.to_thread(session.start, planned.given, planned.thread_id)
        await session.deliver(on_done=lambda done: _in_thread(on_done, done))

    app = serving.create_app(
        Desk(store), background=[plan], histories={planning.get_name(): session.look_back}
    )

    def announce(token: str | None) -> None:
        link = f"{address}/sign-in?token={token}"
        console.print(say("The questions wait in the inbox. Sign in, once:"))
        click.echo(link)
        console.print(say("Ctrl-C ends; make demo ARGS=--web goes on."), style="dim")

    try:
        serving.serve(app, bound, invites=by, announce=announce)
    finally:
        bound.close()
        store.close()


def _in_thread(tell: Callable[[RecoveredThread], None], done: RecoveredThread) -> None:
    # The session opens a loop of its own, which a running loop does not allow.
    Thread(target=tell, args=(done,)).start()


def _started(session: Session, thread_id: str) -> bool:
    try:
        session.status(thread_id)
    except PlancraftError:
        return False
    return True


def _offered(console: Console, prepared: PreparedAnswers | None) -> str:
    offered = IDEAS[language()]
    if prepared is not None or not sys.stdin.isatty():
        return offered
    console.print(say("What would you like to plan? Enter takes this idea:"))
    console.print(plain(offered), style="dim")
    return console.input("> ").strip() or offered


def _spoken(idea: str) -> Any:
    try:
        return analyse(idea).language
    except ValueError:
        raise Refused(say("say in a few words what is to be planned")) from None


def _unfinished() -> dict[str, str] | None:
    try:
        found = json.loads((FOLDER / THREAD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"id", "idea"} <= found.keys() else None


def _remember(thread: dict[str, str]) -> None:
    text = json.dumps(thread, ensure_ascii=False)
    (FOLDER / THREAD_FILE).write_text(text, encoding="utf-8")


def _saved(state: dict[str, Any]) -> Path:
    title = re.sub(r"\W+", "-", state["analysis"]["title"]).strip("-").lower()[:60] or "plan"
    path = FOLDER / f"{title}.md"
    path.write_text(state["plan"].rstrip() + "\n", encoding="utf-8")
    return path


def _finish(state: dict[str, Any], console: Console) -> None:
    """Keep the plan and show it."""
    path = _saved(state)
    (FOLDER / THREAD_FILE).unlink(missing_ok=True)
    console.print()
    console.print(Markdown(plain(state["plan"]).plain, hyperlinks=False))
    console.print()
    answers = Table(title=say("Who answered what"), title_justify="left", box=None, pad_edge=False)
    for heading in (say("Question"), say("Answer"), say("Who"), say("When")):
        answers.add_column(heading, overflow="fold")
    for entry in get_hitl_history(state):
        said = plain(json.dumps(entry["answer"], ensure_ascii=False))
        when = (entry["at"] or "-")[:19].replace("T", " ")
        short = said.plain if len(said.plain) <= 120 else said.plain[:119] + "…"
        answers.add_row(plain(entry["question"]), plain(short), plain(entry["by"]), when)
    console.print(answers)
    console.print()
    writer = say("the built-in planner") if state["writer"] == "planner" else state["writer"]
    console.print(plain(say("Written by: {writer}", writer=writer)))
    console.print(plain(say("The plan is in {path}", path=path)))


if __name__ == "__main__":
    main()
