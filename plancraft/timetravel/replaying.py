"""Which answer a question gets when a thread goes its way again. Pure.

A question of the step that was forked is known by LangGraph's id where the checkpoint is the same;
else its task is known by the node and its place among those of that node, and the task's questions
come in their order. Questions behind that step are known by what they show.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langgraph.types import PregelTask

from plancraft.errors import InvalidAnswer, StateError, UnknownInterrupt
from plancraft.interrupts.canonical import digest_of
from plancraft.interrupts.fitting import fit_answer
from plancraft.locale import say
from plancraft.threads import PendingQuestion
from plancraft.timetravel.diffing import as_plain
from plancraft.timetravel.steps import Asked, Step

__all__ = ["AskedAgain", "Planned", "Replay", "TaskPlan", "kept_answers", "plan_of"]

_NOTHING: Any = object()


@dataclass(frozen=True)
class Planned:
    """A question of the original: what was answered then, and what is to be answered now."""

    id: str
    name: str
    digest: str
    kept: Any = _NOTHING
    new: Any = _NOTHING

    @property
    def answer(self) -> Any:
        """The new answer, else what was answered then, else None."""
        return next((one for one in (self.new, self.kept) if one is not _NOTHING), None)


@dataclass(frozen=True)
class TaskPlan:
    """The questions of one task, in the order it asked them."""

    node: str
    questions: tuple[Planned, ...]

    def only_new(self) -> "TaskPlan":
        """The plan without what was answered then."""
        return replace(self, questions=tuple(replace(one, kept=_NOTHING) for one in self.questions))


@dataclass(frozen=True)
class AskedAgain:
    """An open question of the new way: LangGraph's id, its task and node, what it shows."""

    id: str
    task: str
    node: str
    digest: str
    request_id: str
    is_alone: bool
    """Whether it is the only open question of its task."""

    @classmethod
    def of(cls, pending: PendingQuestion, task: PregelTask) -> "AskedAgain":
        """The open question of that task."""
        request, alone = pending.request, len(task.interrupts) == 1
        return cls(pending.id, task.id, task.name, request.digest, request.id, alone)


class Replay:
    """Answers for one way, each given once."""

    def __init__(self, plan: Iterable[TaskPlan], later: Iterable[tuple[str, Any]]) -> None:
        self._plan = [(task.node, list(task.questions)) for task in plan]
        self._left: dict[str, list[Planned]] | None = None
        self._later: dict[str, list[Any]] = {}
        for digest, answer in later:
            self._later.setdefault(digest, []).append(answer)
        self._seen: set[str] = set()

    @property
    def unused(self) -> list[str]:
        """Names of the questions with a new answer that were not asked."""
        return [one.name for _, questions in self._plan for one in questions if _is_new(one)]

    def to(self, asked: Sequence[AskedAgain]) -> dict[str, Any]:
        """What there is for the open questions, which come in the order of their tasks."""
        fresh = [one for one in asked if one.request_id not in self._seen]
        self._seen |= {one.request_id for one in fresh}
        if self._left is None:
            self._left = self._matched(fresh)
        answers = {one.id: self._answer(one, self._left.get(one.task)) for one in fresh}
        return {id_: answer for id_, answer in answers.items() if answer is not _NOTHING}

    def _matched(self, asked: Sequence[AskedAgain]) -> dict[str, list[Planned]]:
        """What is planned for the tasks by the ids they have now."""
        plan, matched = list(self._plan), dict[str, list[Planned]]()
        for fits in (_is_same_question, _is_same_node):
            for one in asked:
                found = next((task for task in plan if fits(one, task)), None)
                if one.task not in matched and found is not None:
                    matched[one.task] = found[1]
                    plan.remove(found)
        return matched

    def _answer(self, asked: AskedAgain, left: list[Planned] | None) -> Any:
        planned = _fitting(asked, left or [])
        if left and planned is not None:
            left.remove(planned)
            if _is_new(planned):
                return planned.new
            if planned.digest == asked.digest:
                return planned.kept
        kept = self._later.get(asked.digest)
        return kept.pop(0) if kept else _NOTHING


def _fitting(asked: AskedAgain, left: Sequence[Planned]) -> Planned | None:
    """Which of a task's planned questions this one is; None where that cannot be told.

    Inside a subgraph the ids are others, and questions side by side come in any order.
    """
    same = [one for one in left if one.id == asked.id]
    alike = same or [one for one in left if one.digest == asked.digest]
    if not alike:
        return left[0] if left and asked.is_alone else None
    answers = {digest_of([_is_new(one), as_plain(one.answer)]) for one in alike}
    return alike[0] if same or asked.is_alone or len(answers) == 1 else None


def _is_same_question(asked: AskedAgain, task: tuple[str, list[Planned]]) -> bool:
    return any(one.id == asked.id for one in task[1])


def _is_same_node(asked: AskedAgain, task: tuple[str, list[Planned]]) -> bool:
    return task[0] == asked.node


def plan_of(step: Step, answers: Mapping[str, Any]) -> tuple[TaskPlan, ...]:
    """The step's questions with their new answers, fitted.

    Raises:
        UnknownInterrupt, InvalidAnswer: an answer is to nothing asked there, or does not fit.
        StateError: it could be to several questions of one task.
    """
    if not isinstance(answers, Mapping):
        raise InvalidAnswer("-", [say("answers are a map {{interrupt_id: answer}}")])
    asked = [one for one in step.asked if one.closed != "superseded"]
    new: dict[int, Any] = {}
    # From the widest name to the narrowest, so that the narrowest holds.
    for fits in (_by_name, _by_id, _by_request):
        for key, answer in answers.items():
            found = [place for place, one in enumerate(asked) if fits(one, key)]
            _refuse_several(str(key), [asked[place] for place in found])
            for place in found:
                new[place] = _fitted(asked[place], answer)
    for key in answers:
        if not any(fits(one, key) for fits in (_by_name, _by_id, _by_request) for one in asked):
            raise UnknownInterrupt(str(key), open=[one.name for one in asked])
    tasks: dict[str, list[int]] = {}
    for place, one in enumerate(asked):
        tasks.setdefault(one.task or one.id, []).append(place)
    return tuple(
        TaskPlan(
            asked[places[0]].node,
            tuple(_planned(asked[place], new.get(place, _NOTHING)) for place in places),
        )
        for places in tasks.values()
    )


def kept_answers(steps: Iterable[Step]) -> list[tuple[str, Any]]:
    """Digests of what was asked at the steps, with the answers."""
    planned = (_planned(one, _NOTHING) for step in steps for one in step.asked)
    return [(one.digest, one.kept) for one in planned if one.kept is not _NOTHING]


def _planned(asked: Asked, new: Any) -> Planned:
    digest = asked.request.digest if asked.request else digest_of(as_plain(asked.payload))
    kept = asked.answer if asked.answered and not _holds_secrets(asked) else _NOTHING
    return Planned(asked.id, asked.name, digest, kept, new)


def _is_new(planned: Planned) -> bool:
    return planned.new is not _NOTHING


def _by_name(asked: Asked, key: Any) -> bool:
    return key in (asked.name, asked.node)


def _by_id(asked: Asked, key: Any) -> bool:
    return bool(key == asked.id)


def _by_request(asked: Asked, key: Any) -> bool:
    return asked.request is not None and bool(key == asked.request.id)


def _refuse_several(key: str, found: Sequence[Asked]) -> None:
    tasks = [one.task or one.id for one in found]
    if len(set(tasks)) < len(tasks):
        choices = ", ".join(one.request.id if one.request else one.name for one in found)
        text = say(
            "several questions go by {name}; name one by its request: {choices}",
            name=key,
            choices=choices,
        )
        raise StateError(text)


def _fitted(asked: Asked, answer: Any) -> Any:
    schema = asked.request.response_schema if asked.request else None
    return fit_answer(asked.payload, schema, answer)


def _holds_secrets(asked: Asked) -> bool:
    """Whether the answer had secret values, which are not at hand any more."""
    decision = asked.request.decision if asked.request else None
    hidden = isinstance(asked.answer, dict) and "***" in asked.answer.values()
    return hidden or (decision is not None and bool(decision.secrets))
