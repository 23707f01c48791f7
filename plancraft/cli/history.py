"""The commands that look back: history, diff, blame, fork. Each is a thin shell."""

import json
import re
import shlex
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from plancraft.cli.failing import Refused, one_line_errors
from plancraft.cli.options import (
    around,
    by_option,
    graph_option,
    json_option,
    past_session,
    read_given,
)
from plancraft.cli.showing import plain
from plancraft.interrupts.canonical import plain_json
from plancraft.locale import language, say, speaking
from plancraft.timetravel import Asked, Blame, Fork, StateDiff, Step, TimeTravel
from plancraft.timetravel.paths import MISSING
from plancraft.timetravel.rendering import one_line

__all__ = ["blame", "diff", "fork", "history"]

_PAGE = 50
_STEPS_LIKE_MINUS_1 = {"ignore_unknown_options": True}
_MOST_PATHS = 6


@click.command(help=say("List the steps of a thread: what ran, what changed, who answered what."))
@click.argument("thread")
@click.option("--last", type=click.IntRange(1, 10**9), help=say("Only so many (default: 50)"))
@click.option("--all", "everything", is_flag=True, help=say("From the first step on"))
@graph_option
@json_option
@around
def history(  # noqa: PLR0913 - one parameter an option
    thread: str,
    last: int | None,
    everything: bool,
    graph: str | None,
    as_json: bool,
    db: Path | None,
    store: str | None,
    lang: Any,
) -> None:
    with speaking(lang), one_line_errors():
        if last and everything:
            raise Refused(say("give --last or --all, not both"))
        most = None if everything else last or _PAGE
        session = past_session(graph, db, store)
        steps, more = session.look_back(thread, partial(_read_steps, most=most))
        if as_json:
            for step in steps:
                click.echo(json.dumps(step.to_dict(), ensure_ascii=False))
            return
        _show_steps(steps, more)


@click.command(
    help=say("Show what differs between two steps, of one thread or of two."),
    context_settings=_STEPS_LIKE_MINUS_1,
)
@click.argument("thread")
@click.argument("step1")
@click.argument("step2")
@click.option("--other", help=say("The thread of the second step"))
@click.option("--patch", is_flag=True, help=say("As JSON Patch (RFC 6902)"))
@graph_option
@json_option
@around
def diff(  # noqa: PLR0913 - one parameter an option
    thread: str,
    step1: str,
    step2: str,
    other: str | None,
    patch: bool,
    graph: str | None,
    as_json: bool,
    db: Path | None,
    store: str | None,
    lang: Any,
) -> None:
    def compare(travel: TimeTravel) -> StateDiff:
        second = TimeTravel(travel.graph, other, store=travel.store) if other else None
        return travel.compare_states(step1, step2, other=second)

    with speaking(lang), one_line_errors():
        found = past_session(graph, db, store).look_back(thread, compare)
        if patch:
            _echo_json(found.patch())
        elif as_json:
            _echo_json(found.to_dict())
        else:
            click.echo(str(found))


@click.command(help=say("Show which step last changed a value, and who answered before it."))
@click.argument("thread")
@click.argument("path")
@click.option("--at", default="last", help=say("Look back from this step (default: the last)"))
@graph_option
@json_option
@around
def blame(  # noqa: PLR0913 - one parameter an option
    thread: str,
    path: str,
    at: str,
    graph: str | None,
    as_json: bool,
    db: Path | None,
    store: str | None,
    lang: Any,
) -> None:
    with speaking(lang), one_line_errors():
        found = past_session(graph, db, store).look_back(thread, partial(_blame, path=path, at=at))
        if as_json:
            _echo_json(found.to_dict())
        else:
            _show_blame(found)


@click.command(
    help=say("Go another way from an old step, in a thread of its own; runs only with --run."),
    context_settings=_STEPS_LIKE_MINUS_1,
)
@click.argument("thread")
@click.argument("step")
@click.option("--values", help=say("State to write there, as JSON; @FILE reads a file"))
@click.option("--as-node", help=say("The node the values are to come from"))
@click.option("--answers", help=say("Other answers, as a JSON map by question; @FILE reads a file"))
@click.option("--to", "name", help=say("Name of the new thread (default: made up)"))
@click.option("--branch", is_flag=True, help=say("A branch of the same thread instead"))
@click.option("--replace", is_flag=True, help=say("Let a branch take an open question's place"))
@click.option("--run", "runs", is_flag=True, help=say("Go the way and compare both ends"))
@graph_option
@by_option
@json_option
@around
def fork(  # noqa: PLR0913 - one parameter an option
    thread: str,
    step: str,
    values: str | None,
    as_node: str | None,
    answers: str | None,
    name: str | None,
    branch: bool,
    replace: bool,
    runs: bool,
    graph: str | None,
    by: str,
    as_json: bool,
    db: Path | None,
    store: str | None,
    lang: Any,
) -> None:
    with speaking(lang), one_line_errors():
        given = read_given(answers, "--answers")
        if given is not None and not isinstance(given, dict):
            raise Refused(say("--answers is a map from questions to answers"))
        if branch and name is not None:
            raise Refused(say("give --to or --branch, not both"))
        if given is not None and not runs:
            raise Refused(say("--answers is for going the way at once: add --run"))
        prepare = partial(
            TimeTravel.fork,
            step=step,
            values=read_given(values, "--values"),
            answers=given,
            as_node=as_node,
            thread_id=name,
            branch=branch,
            replace=replace,
        )
        session = past_session(graph, db, store)
        if not runs:
            _show_fork(session.look_back(thread, prepare), graph, db, as_json)
            return
        made, differs = session.go_another_way(thread, prepare, by=by)
        if as_json:
            _echo_json({**_fork_as_dict(made), "diff": differs.to_dict()})
        else:
            click.echo(str(differs))


def _read_steps(travel: TimeTravel, *, most: int | None) -> tuple[list[Step], bool]:
    """The newest steps in their order, and whether there are more."""
    found: list[Step] = []
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(say("Reading steps"), total=most)
        for step in islice(travel.steps_back(), most and most + 1):
            found.append(step)
            progress.advance(task)
    kept = found[:most]
    return sorted(kept, key=lambda step: step.id), len(found) > len(kept)


def _show_steps(steps: list[Step], more: bool) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for heading in (say("Step"), say("When"), say("Ran"), say("Changed"), say("Questions")):
        table.add_column(heading, overflow="fold")
    for step in steps:
        table.add_row(
            step.ref,
            step.at.astimezone().strftime("%m-%d %H:%M:%S") if step.at else "",
            plain(_ran(step)),
            plain(_shortened(step.changed)),
            Text("\n").join(plain(_in_words(one)) for one in step.asked),
        )
    with_pager = console.is_terminal and len(steps) > console.height
    if with_pager:
        with console.pager(styles=False):
            console.print(table)
    else:
        console.print(table)
    if more:
        console.print(say("There are earlier steps; --last N or --all shows more."))


def _ran(step: Step) -> str:
    source = say("pruned") if step.gap else step.source
    return ", ".join(step.nodes) or f"({source})"


def _in_words(asked: Asked) -> str:
    if asked.is_open:
        return say("“{question}” is open", question=asked.text)
    if asked.closed:
        return say("“{question}”: {answer}", question=asked.text, answer=asked.fate)
    answer = one_line(plain_json(asked.answer), 60)
    if asked.by is None:
        return say("“{question}”: {answer}", question=asked.text, answer=answer)
    return say("“{question}”: {answer}, by {by}", question=asked.text, answer=answer, by=asked.by)


def _shortened(paths: tuple[str, ...]) -> str:
    """The paths; of many, only the fields they are in."""
    if len(paths) > _MOST_PATHS:
        paths = tuple(dict.fromkeys(re.split(r"[.\[]", path, maxsplit=1)[0] for path in paths))
    return ", ".join(paths)


def _blame(travel: TimeTravel, *, path: str, at: str) -> Blame:
    try:
        return travel.blame(path, at=at)
    except ValueError as error:
        raise Refused(str(error)) from error


def _show_blame(found: Blame) -> None:
    console = Console(highlight=False)
    console.print(plain(f"{found.path}: {_change(found)}"))
    nodes, when = _ran(found.step), _time(found.step.at)
    console.print(
        plain(say("by step {step}: {nodes}, {time}", step=found.step.ref, nodes=nodes, time=when))
    )
    if found.asked and not found.by:
        console.print(say("The last answer before it:"))
    for asked in found.asked:
        console.print(plain(f"  {_in_words(asked)} {_time(asked.at)}"))


def _change(found: Blame) -> str:
    sides = [
        say("nothing") if one is MISSING else one_line(one) for one in (found.before, found.after)
    ]
    return " → ".join(sides)


def _time(at: Any) -> str:
    from babel.dates import format_datetime

    return format_datetime(at.astimezone(), locale=language()) if at else ""


def _show_fork(made: Fork, graph: str | None, db: Path | None, as_json: bool) -> None:
    if as_json:
        _echo_json(_fork_as_dict(made))
        return
    console = Console(highlight=False)
    console.print(plain(str(made)))
    db_option = f" --db {shlex.quote(str(db))}" if db else ""
    console.print(
        plain(
            say(
                "Nothing has run. Go on with: plancraft run {graph} --thread {thread}{db}",
                graph=shlex.quote(graph or ""),
                thread=shlex.quote(made.thread_id),
                db=db_option,
            )
        ),
        soft_wrap=True,
    )


def _fork_as_dict(made: Fork) -> dict[str, Any]:
    return {"thread_id": made.thread_id, "from": made.step.ref, "reruns": list(made.reruns)}


def _echo_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
