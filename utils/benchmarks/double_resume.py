"""Two processes give the same pause two answers at the same moment."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import plancraft as pc
from utils.benchmarks.forking import run_in_child, run_together
from utils.benchmarks.killed_graph import opened, rehearse
from utils.benchmarks.runners import Bare, Plancraft, Runner
from utils.benchmarks.tables import Section, Tick, goal

__all__ = ["Outcome", "measure", "race", "rounds"]

RUNNERS: Mapping[str, Runner] = {"LangGraph": Bare(), "plancraft": Plancraft()}
QUESTION = "first"


@dataclass(frozen=True)
class Outcome:
    """What came of one race: how often the effect ran, and what the callers were told."""

    effects: int
    refused: int
    taken: int


def rounds(quick: bool) -> int:
    """How many races `measure` holds."""
    return _races(quick) * len(RUNNERS)


def measure(quick: bool, tick: Tick) -> Section:
    """Races side by side."""
    rehearse()
    rows = []
    with tempfile.TemporaryDirectory(prefix="double-") as folder:
        for name, runner in RUNNERS.items():
            place = Path(folder) / name
            place.mkdir()
            outcomes = []
            for number in range(_races(quick)):
                outcomes.append(race(place, runner, f"t{number}"))
                tick()
            rows.append(_row(name, outcomes))
    return Section(
        title="Two answers at once",
        text=_EXPLANATION,
        head=("by", "races", "effect ran twice", "one caller told AlreadyAnswered", "double runs"),
        rows=rows,
    )


_EXPLANATION = """\
Two processes resume the same pause with different answers as soon as a gate opens. The effect is
a row in a file, written by the node right behind its question."""


def _races(quick: bool) -> int:
    return 10 if quick else 200


def _row(name: str, outcomes: list[Outcome]) -> list[str]:
    twice = sum(one.effects > 1 for one in outcomes)
    refused = sum((one.refused, one.taken) == (1, 1) for one in outcomes)
    verdict = goal(twice + len(outcomes) - refused, 0) if name == "plancraft" else ""
    return [name, str(len(outcomes)), str(twice), str(refused), verdict]


def race(folder: Path, runner: Runner, thread: str) -> Outcome:
    """Start a thread, then answer its question from two processes at once."""
    begin = run_in_child(partial(_start, folder, runner, thread))
    if begin.problem:
        raise RuntimeError(begin.problem)
    answers = [partial(_answer, folder, runner, thread, begin.result, name) for name in "ab"]
    ends = run_together(answers)
    if problems := [end.problem for end in ends if end.problem]:
        raise RuntimeError(problems[0])
    with opened(folder) as (_, effects):
        pass
    ran = [row for row in effects.read() if row["place"] == QUESTION]
    effects.path.unlink()
    told = [end.result for end in ends]
    return Outcome(len(ran), told.count("refused"), told.count("taken"))


def _start(folder: Path, runner: Runner, thread: str) -> str:
    with opened(folder) as (graph, _):
        runner.start(graph, thread)
        return runner.place(graph, thread).open[QUESTION]


def _answer(
    folder: Path, runner: Runner, thread: str, id_: str, name: str, wait: Callable[[], Any]
) -> str:
    with opened(folder) as (graph, _):
        # Everything is open and read once before the race.
        runner.place(graph, thread)
        wait()
        try:
            runner.answer(graph, thread, {id_: f"{name}:{QUESTION}"})
        except pc.AlreadyAnswered:
            return "refused"
        return "taken"
