"""The commands. Each is a thin shell: read the arguments, call, show."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from plancraft.approvals import ApprovalRequest, Query, Store
from plancraft.approvals.deciding import record_answer
from plancraft.cli.conversing import converse
from plancraft.cli.failing import Refused, one_line_errors, read_json
from plancraft.cli.options import (
    around,
    by_option,
    graph_option,
    json_option,
    needed,
    read_given,
    session_of,
    store_of,
)
from plancraft.cli.prepared import PreparedAnswers
from plancraft.cli.prompting import ask_person
from plancraft.cli.session import DEFAULT_DB, Session
from plancraft.cli.showing import plain, request_table, show, state_in_words
from plancraft.interrupts.canonical import plain_json
from plancraft.locale import say, speaking

__all__ = ["main"]


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
@by_option
@around
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
        input_ = read_given(given, "--input")
        prepared = PreparedAnswers(answers) if answers else None
        session = session_of(graph, db, store)
        thread = thread or session.new_thread_id()
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
@graph_option
@click.option("--thread", help=say("Only this thread's"))
@json_option
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1))
@around
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
        session = session_of(graph, db, store) if graph else None
        if session and thread:
            # Questions of a run that plancraft did not start are found by looking at the thread.
            session.status(thread)
        elif session:
            session.find_paused()
        found = store_of(db, store, must_exist=False)
        requests: list[ApprovalRequest] = []
        for name in session.names() if session else [None]:
            query = Query(thread_id=thread, graph=name, limit=limit)
            requests += found.find(query) if found else []
        _show_pending(requests[:limit], found, db, as_json)


@main.command(help=say("Answer an open question; without --graph, only record the answer."))
@click.argument("id")
@click.argument("answer", required=False)
@graph_option
@by_option
@around
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
        found = store_of(db, store)
        assert found is not None
        request = _request(found, id)
        console = Console(highlight=False)
        if answer is None:
            value = _answer_here(request, console)
        if graph is None:
            record_answer(found, request.id, value, by=by)
            console.print(say("Recorded. A worker with the graph delivers it."))
            return
        session = session_of(graph, db, store)
        answers = {request.interrupt_id or request.id: value}
        show(console, plain_json(session.resume(request.thread_id or "", answers, by=by)))


@main.command(help=say("Finish what a crash left undone."))
@graph_option
@click.option("--thread", help=say("Only this thread; what failed there is run again"))
@click.option("--ask-again", is_flag=True, help=say("Give up the answer that its node fails at"))
@around
def recover(
    graph: str | None,
    thread: str | None,
    ask_again: bool,
    db: Path | None,
    store: str | None,
    lang: Any,
) -> None:
    with speaking(lang), one_line_errors():
        if ask_again and thread is None:
            raise Refused(say("--ask-again is for one thread: name it with --thread"))
        done = session_of(needed(graph), db, store).recover(thread, ask_again=ask_again)
        console = Console(highlight=False)
        for one in done:
            error = f": {type(one.error).__name__}: {one.error}" if one.error else ""
            console.print(plain(f"{one.thread_id} {state_in_words(one.state)}{error}"))
        if not done:
            console.print(say("Nothing was left undone."))


@main.command(help=say("Let silence decide where the time is up."))
@graph_option
@around
def expire(graph: str | None, db: Path | None, store: str | None, lang: Any) -> None:
    with speaking(lang), one_line_errors():
        done = session_of(needed(graph), db, store).expire_due()
        console = Console(highlight=False)
        for request in done:
            console.print(plain(f"{request.id[:12]} {request.status.value} {request.title}"))
        if not done:
            console.print(say("No question's time is up."))


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
