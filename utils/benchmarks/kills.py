"""Kill -9 while a thread is started, resumed or recovered; then recover it and look for damage."""

import random
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import plancraft as pc
from utils.benchmarks.damage import Aftermath, Damage, judge
from utils.benchmarks.forking import AfterSeconds, BeforeCall, Blow, run_in_child
from utils.benchmarks.killed_graph import EFFECTS, QUESTIONS, THREAD, opened, rehearse
from utils.benchmarks.runners import Bare, Plancraft, Runner
from utils.benchmarks.tables import Section, Tick, goal

__all__ = ["kill_many", "measure", "rounds"]

RUNNERS: Mapping[str, Runner] = {"plancraft": Plancraft(), "LangGraph": Bare()}
KILLS = {
    "plancraft": {"start": 300, "resume": 300, "recover": 100},
    "LangGraph": {"start": 100, "resume": 100, "recover": 100},
}
_HANGS = 3
"""So many children that hang are enough to know; each costs a minute."""


@dataclass(frozen=True)
class Scene:
    """A folder in which a thread stands somewhere, and the call that is killed there."""

    name: str
    folder: Path
    runner: Runner
    ids: Mapping[str, str] = field(default_factory=dict)
    """The questions that the call answers, and their interrupt ids; none: it starts."""
    more: Mapping[str, Any] = field(default_factory=dict)

    def act(self, graph: Any, attempt: str) -> None:
        """Start the thread, or answer."""
        if not self.ids:
            self.runner.start(graph, THREAD)
            return
        answers = {id_: f"{attempt}:{name}" for name, id_ in self.ids.items()}
        self.runner.answer(graph, THREAD, answers, **self.more)


def rounds(quick: bool) -> int:
    """How many kills `measure` will do."""
    return sum(count for *_, count in _plan(quick))


def measure(quick: bool, tick: Tick) -> Section:
    """Kills side by side."""
    damages = {
        (kind, name): kill_many(kind, count, runner=RUNNERS[name], tick=tick)
        for kind, name, count in _plan(quick)
    }
    return Section(
        title="Kill -9",
        text=_EXPLANATION,
        head=(
            "killed",
            "by",
            "kills",
            "lost",
            "misdelivered",
            "stuck",
            "effect repeated",
            "with another answer",
            "against 0",
        ),
        rows=[_row(kind, name, damage) for (kind, name), damage in damages.items()],
        notes=[
            note
            for (_, name), one in damages.items()
            if name == "plancraft"
            for note in one.accounts[:5]
        ],
    )


_EXPLANATION = """\
The thread asks four questions, two of them side by side, with an effect in each asking node
right behind its answer and in a node after it. Half the kills or more come right before a call
to SQLite, to a lock file or to the effects' file, each such place once; the others come after a
random time. Then another process recovers, sends the killed call's answer once more and answers
what else is asked. Lost: an answer that counted is asked for again or never reached its node;
with plancraft an answer counts once it is on record, with LangGraph alone once its node acted
on it. `recover` kills the first recovery as well."""


def _plan(quick: bool) -> list[tuple[str, str, int]]:
    """What is killed, by whom it is run, how often."""
    return [
        (kind, name, 20 if quick else KILLS[name][kind])
        for kind in ("start", "resume", "recover")
        for name in RUNNERS
    ]


def _row(kind: str, name: str, damage: Damage) -> list[str]:
    shown = [
        damage.kills,
        damage.lost,
        damage.misdelivered,
        damage.stuck,
        damage.repeated,
        damage.changed,
    ]
    verdict = goal(damage.total, 0) if name == "plancraft" else ""
    return [f"`{kind}`", name, *map(str, shown), verdict]


def kill_many(
    kind: str,
    count: int,
    *,
    runner: Runner = RUNNERS["plancraft"],
    seed: int = 1,
    tick: Tick = lambda: None,
) -> Damage:
    """What `count` kills of `start`, `resume` or `recover` did.

    Kills before each call to the outside come first, then kills after a random time.
    """
    damage = Damage()
    rehearse()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        scenes = _scenes(Path(folder), kind, runner)
        for scene, blow in _blows(kind, scenes, random.Random(seed), count):
            if (found := _kill_once(Path(folder) / "killed", kind, scene, blow)) is None:
                continue
            damage.boundaries += isinstance(blow, BeforeCall)
            judge(damage, found, f"{kind}, {scene.name}, {blow}")
            tick()
            if damage.kills >= count or damage.hung >= _HANGS:
                break
    return damage


def _scenes(folder: Path, kind: str, runner: Runner) -> list[Scene]:
    """The places where a call is killed, each prepared in a folder of its own."""
    new_file = Scene("new file", folder / "new file", runner)
    new_file.folder.mkdir()
    new_thread = Scene("new thread", folder / "new thread", runner)
    _prepare(new_thread.folder, new_file.folder, partial(_start_another, runner))
    (new_thread.folder / EFFECTS).unlink()
    if kind == "start":
        return [new_file, new_thread]
    first = _after(new_thread, "first")
    both = _after(first, "both")
    id_ = {"left": both.ids["left"]}
    left = Scene("one of two", both.folder, runner, id_)
    each = Scene("one of two at once", both.folder, runner, id_, {"deliver": "each"})
    return [first, both, left, each, _after(left, "the other of two"), _after(both, "last")]


def _start_another(runner: Runner, graph: Any) -> None:
    runner.start(graph, "another")


def _after(before: Scene, name: str) -> Scene:
    """The scene to which the one before leads."""
    folder = before.folder.with_name(name)
    ids = _prepare(folder, before.folder, partial(_act_and_ask, before))
    return Scene(name, folder, before.runner, ids)


def _act_and_ask(scene: Scene, graph: Any) -> dict[str, str]:
    scene.act(graph, "before")
    return dict(scene.runner.place(graph, THREAD).open)


def _prepare(folder: Path, source: Path, act: Callable[[Any], Any]) -> Any:
    shutil.copytree(source, folder)

    def work() -> Any:
        with opened(folder) as (graph, _):
            return act(graph)

    end = run_in_child(work)
    if end.problem:
        raise RuntimeError(end.problem)
    return end.result


def _blows(
    kind: str, scenes: Sequence[Scene], chance: random.Random, count: int
) -> Iterator[tuple[Scene, Blow]]:
    """Every boundary of every scene once, in random order; then random times, without end."""
    spans = {scene.name: _measured(scene) for scene in scenes}
    everywhere: list[tuple[Scene, Blow]] = [
        (scene, BeforeCall(call))
        for scene in scenes
        for call in range(1, spans[scene.name].calls + 1)
    ]
    chance.shuffle(everywhere)
    yield from everywhere
    for _ in range(20 * count):
        scene = chance.choice(scenes)
        yield scene, AfterSeconds(chance.uniform(0, spans[scene.name].seconds))


@dataclass(frozen=True)
class _Span:
    seconds: float
    calls: int


def _measured(scene: Scene) -> _Span:
    """How long the call takes when nobody kills it, and how often it calls outside."""
    ends = []
    for _ in range(3):
        with tempfile.TemporaryDirectory(prefix="unkilled-") as folder:
            shutil.copytree(scene.folder, folder, dirs_exist_ok=True)
            ends.append(run_in_child(partial(_act_in, Path(folder), scene)))
    if problems := [end.problem for end in ends if end.problem]:
        raise RuntimeError(problems[0])
    return _Span(statistics.median(end.seconds for end in ends), max(end.calls for end in ends))


def _act_in(folder: Path, scene: Scene) -> None:
    with opened(folder) as (graph, _):
        scene.act(graph, "killed")


def _recover_in(folder: Path, runner: Runner) -> None:
    with opened(folder) as (graph, _):
        runner.recover(graph, THREAD)


def _kill_once(folder: Path, kind: str, scene: Scene, blow: Blow) -> Aftermath | str | None:
    """What came of one kill; a text when that can't be said, None when it came too late."""
    shutil.copytree(scene.folder, folder)
    try:
        end = run_in_child(partial(_act_in, folder, scene), blow)
        if not end.killed or end.problem:
            return end.problem or None
        if kind == "recover" and not _kill_recovery(folder, scene.runner, blow):
            return None
        after = run_in_child(partial(_aftermath, folder, scene))
        return Aftermath(**after.result) if after.result else after.problem
    finally:
        shutil.rmtree(folder)


def _kill_recovery(folder: Path, runner: Runner, blow: Blow) -> bool:
    """Kill the first attempt to recover too, at a place that follows from the first kill."""
    chance = random.Random(repr(blow))
    second = BeforeCall(chance.randint(2, 40))
    return run_in_child(partial(_recover_in, folder, runner), second).killed


def _aftermath(folder: Path, scene: Scene) -> dict[str, Any]:
    """Recover, then do what a user would: send the answer again, answer what else is asked."""
    with opened(folder) as (graph, effects):
        counted = scene.runner.counted(graph, THREAD, effects.read())
        errors = scene.runner.recover(graph, THREAD)
        place = scene.runner.place(graph, THREAD)
        if scene.ids or place.state == "absent":
            _send_again(graph, scene)
        finished = _carry_on(graph, scene.runner)
        values = graph.get_state({"configurable": {"thread_id": THREAD}}).values
        return {
            "counted": counted,
            "state": place.state,
            "open": list(place.open),
            "errors": errors,
            "finished": finished,
            "said": values.get("said", []),
            "effects": effects.read(),
        }


def _send_again(graph: Any, scene: Scene) -> None:
    """What somebody does whose call was cut off."""
    try:
        scene.act(graph, "again")
    except pc.AlreadyAnswered:
        return


def _carry_on(graph: Any, runner: Runner) -> bool:
    """Whether the thread reached its end."""
    for _ in range(2 * len(QUESTIONS)):
        place = runner.place(graph, THREAD)
        if place.state != "paused" or not place.open:
            return place.state == "finished"
        answers = {id_: f"after:{name}" for name, id_ in place.open.items()}
        runner.answer(graph, THREAD, answers)
    return False
