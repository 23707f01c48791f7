"""The commands. Each is a thin shell: read the arguments, call, show."""

import getpass
import json
import os
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from plancraft.approvals import ApprovalRequest, Query, Store
from plancraft.cli.conversing import converse
from plancraft.cli.failing import Refused, one_line_errors, read_json
from plancraft.cli.loading import load_graph
from plancraft.cli.prepared import PreparedAnswers
from plancraft.cli.prompting import ask_person
from plancraft.cli.session import DEFAULT_DB, Session
from plancraft.cli.showing import plain, request_table, show
from plancraft.interrupts.canonical import plain_json
from plancraft.locale import LANGUAGES, say, speaking
from plancraft.stores import open_store
from plancraft.threads import record_answer

__all__ = ["main"]

Command = Callable[..., Any]


def _around(command: Command) -> Command:
    """The options every command has."""
    for option in (
        click.option(
            "--db", type=click.Path(path_type=Path), help=say("SQLite file of the threads")
        ),
        click.option(
            "--store", help=say("URL of the store, when the questions are kept elsewhere")
        ),
        click.option("--lang", type=click.Choice(LANGUAGES), help=say("Language of the texts")),
    ):
        command = option(command)
    return command


_graph = click.option("--graph", "graph", metavar="MODULE:GRAPH", help=say("The graph"))


def _me() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no login name, as in some containers
        return "terminal"


_by = click.option("--by", default=_me, help=say("Who answers (default: your login)"))


@click.group(
    help=say("Ask a person in the middle of a LangGraph run, and look after what they answered."),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="plancraft-hitl", prog_name="plancraft")
def main() -> None:
    """The `plancraft` command."""


@main.command(help=say("Run a graph and ask each of its questions here."))
@click.argument("graph", metavar="MODULE:GRAPH")
@click.option("--input", "given", help=say("The graph's input, as JSON; @FILE reads a file"))
@click.option("--thread", help=say("Thread to start or go on with (default: a new one)"))
@click.option("--answers", type=click.Path(path_type=Path), help=say("File of prepared answers"))
@click.option("--replace", is_flag=True, help=say("Give up an open question for the new input"))
@_by
@_around
def run(  # noqa: PLR0913 - one parameter an option
    graph: str,
    given: str | None,
    thread: str | None,
    answers: Path | None,
    replace: bool,
    by: str,
    db: Path | None,
    store: str | None,
    lang: Any,
) -> None:
    with speaking(lang), one_line_errors():
        input_ = _input(given)
        prepared = PreparedAnswers(answers) if answers else None
        session = _session(graph, db, store)
        thread = thread or uuid.uuid4().hex[:12]
        console = Console(highlight=False)
        try:
            result = converse(
                session,
                thread,
                input_,
                by=by,
                console=console,
                prepared=prepared,
                replace=replace,
            )
        except (KeyboardInterrupt, EOFError, click.Abort):
            _say_how_to_go_on(graph, thread, session)
            sys.exit(130)
        show(console, plain_json(result))


@main.command(help=say("List the open questions."))
@_graph
@click.option("--thread", help=say("Only this thread's"))
@click.option("--json", "as_json", is_flag=True, help=say("As JSON, a line each"))
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1))
@_around
def pending(
    graph: str | None,
    thread: str | None,
    as_json: bool,
    limit: int,
    db: Path | None,
    store: str | None,
    lang: Any,
) -> None:
    with speaking(lang), one_line_errors():
        if graph and thread:
            # Questions of a run that plancraft did not start are found by looking at the thread.
            _session(graph, db, store).status(thread)
        found = _store(db, store, must_exist=False)
        name = load_graph(graph).get_name() if graph else None
        query = Query(thread_id=thread, graph=name, limit=limit)
        _show_pending(found.find(query) if found else [], found, db, as_json)


@main.command(help=say("Answer an open question; without --graph, only record the answer."))
@click.argument("id")
@click.argument("answer", required=False)
@_graph
@_by
@_around
def answer(
    id: str,  # noqa: A002 - named as the user writes it
    answer: str | None,
    graph: str | None,
    by: str,
    db: Path | None,
    store: str | None,
    lang: Any,
) -> None:
    with speaking(lang), one_line_errors():
        value = read_json(answer, say("the answer")) if answer is not None else None
        found = _store(db, store)
        assert found is not None
        request = _request(found, id)
        console = Console(highlight=False)
        if answer is None:
            value = _answer_here(request, console)
        if graph is None:
            record_answer(found, request.id, value, by=by)
            console.print(say("Recorded. A worker with the graph delivers it."))
            return
        session = _session(graph, db, store)
        answers = {request.interrupt_id or request.id: value}
        show(console, plain_json(session.resume(request.thread_id or "", answers, by=by)))


@main.command(help=say("Finish what a crash left undone."))
@_graph
@click.option("--thread", help=say("Only this thread; what failed there is run again"))
@_around
def recover(
    graph: str | None, thread: str | None, db: Path | None, store: str | None, lang: Any
) -> None:
    with speaking(lang), one_line_errors():
        done = _session(_needed(graph), db, store).recover(thread)
        console = Console(highlight=False)
        for one in done:
            error = f": {type(one.error).__name__}: {one.error}" if one.error else ""
            console.print(plain(f"{one.thread_id} {_state_in_words(one.state)}{error}"))
        if not done:
            console.print(say("Nothing was left undone."))


@main.command(help=say("Let silence decide where the time is up."))
@_graph
@_around
def expire(graph: str | None, db: Path | None, store: str | None, lang: Any) -> None:
    with speaking(lang), one_line_errors():
        done = _session(_needed(graph), db, store).expire_due()
        console = Console(highlight=False)
        for request in done:
            console.print(plain(f"{request.id[:12]} {request.status.value} {request.title}"))
        if not done:
            console.print(say("No question's time is up."))


def _input(given: str | None) -> Any:
    if given is None:
        return None
    if given.startswith("@"):
        path = Path(given[1:])
        if not path.is_file():
            raise Refused(say("there is no file {path}", path=path))
        given = path.read_text(encoding="utf-8")
    return read_json(given, "--input")


def _needed(graph: str | None) -> str:
    if graph is None:
        raise Refused(say("--graph MODULE:GRAPH is needed, to run the graph on"))
    return graph


def _session(graph: str, db: Path | None, store: str | None) -> Session:
    loaded = load_graph(graph)
    has_saver = loaded.checkpointer is not None and not isinstance(loaded.checkpointer, bool)
    file = db or (None if has_saver else DEFAULT_DB)
    if file is not None and not file.absolute().parent.is_dir():
        raise Refused(say("there is no folder {path}", path=file.parent))
    url = store or os.environ.get("PLANCRAFT_STORE")
    return Session(loaded, file, open_store(url) if url else None)


def _store(db: Path | None, store: str | None, *, must_exist: bool = True) -> Store | None:
    if url := store or os.environ.get("PLANCRAFT_STORE"):
        return open_store(url)
    path = db or DEFAULT_DB
    if path.is_file():
        return open_store(f"sqlite:///{path}")
    if must_exist or db is not None:
        raise Refused(say("there is no file {path}", path=path))
    return None


def _request(store: Store, id_: str) -> ApprovalRequest:
    if found := store.get(id_):
        return found
    open_now = _all_open(store)
    matching = [one for one in open_now if one.id.startswith(id_) or one.interrupt_id == id_]
    if len(matching) == 1 and id_:
        return matching[0]
    if matching:
        raise Refused(say("{id} fits several open questions; write more of it", id=id_))
    raise Refused(say("no open question has the id {id}; plancraft pending lists them", id=id_))


def _all_open(store: Store) -> list[ApprovalRequest]:
    found: list[ApprovalRequest] = []
    query = Query(limit=500)
    while page := store.find(query):
        found += page
        query = Query(limit=500, after=page[-1])
    return found


def _answer_here(request: ApprovalRequest, console: Console) -> Any:
    if not sys.stdin.isatty():
        raise Refused(say("give the answer as JSON: plancraft answer {id} JSON", id=request.id))
    try:
        return ask_person(request, console)
    except (KeyboardInterrupt, EOFError):
        console.print()
        raise Refused(say("not answered; the question stays open")) from None


def _show_pending(
    requests: list[ApprovalRequest], store: Store | None, db: Path | None, as_json: bool
) -> None:
    if as_json:
        for request in requests:
            click.echo(json.dumps(request.model_dump(mode="json"), ensure_ascii=False))
        return
    console = Console(highlight=False)
    where = store.url if store else str(db or DEFAULT_DB)
    if requests:
        console.print(request_table(requests))
        console.print(Text(say("{count} open, from {store}", count=len(requests), store=where)))
    else:
        console.print(Text(say("No open question in {store}.", store=where)))


def _say_how_to_go_on(graph: str, thread: str, session: Session) -> None:
    db = f" --db {session.db}" if session.db else ""
    click.echo(err=True)
    click.echo(
        say(
            "Stopped; nothing is lost. Go on with: plancraft run {graph} --thread {thread}{db}",
            graph=graph,
            thread=thread,
            db=db,
        ),
        err=True,
    )


def _state_in_words(state: str) -> str:
    words = {
        "paused": say("waits for an answer"),
        "stalled": say("is stalled"),
        "failed": say("failed"),
        "finished": say("is finished"),
    }
    return words[state]
