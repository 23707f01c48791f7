"""Two questions in one step: what a plan may cost, and when it must be ready."""

from typing import TypedDict

from langgraph.graph import START, StateGraph

from graph.prose import language_of
from plancraft import InterruptOption, OptionInterruptPayload, ask

__all__ = ["Limits", "graph"]

_TEXTS = {
    "en": {
        "budget": "What may “{title}” cost?",
        "small": "Spare time",
        "team": "A small team",
        "ready": "When must “{title}” be ready?",
        "month": "In a month",
        "quarter": "In a quarter",
    },
    "ko": {
        "budget": "‘{title}’에 얼마나 들여도 될까요?",
        "small": "남는 시간만",
        "team": "작은 팀 하나",
        "ready": "‘{title}’은(는) 언제까지 끝나야 하나요?",
        "month": "한 달 안에",
        "quarter": "석 달 안에",
    },
}


class Limits(TypedDict, total=False):
    """What is planned, and within which limits."""

    title: str
    budget: str
    ready: str
    summary: str


def ask_budget(state: Limits) -> Limits:
    """Ask what it may cost."""
    answer = ask(_question(state["title"], "budget", ["small", "team"]))
    return {"budget": answer.selected[0]}


def ask_date(state: Limits) -> Limits:
    """Ask when it must be ready."""
    answer = ask(_question(state["title"], "ready", ["month", "quarter"]))
    return {"ready": answer.selected[0]}


def sum_up(state: Limits) -> Limits:
    """Put both answers in one line."""
    return {"summary": f"{state['title']}: {state['budget']}, {state['ready']}"}


def _question(title: str, about: str, choices: list[str]) -> OptionInterruptPayload:
    texts = _TEXTS[language_of(title)]
    return OptionInterruptPayload(
        question=texts[about].format(title=title),
        options=[InterruptOption(id=one, title=texts[one]) for one in choices],
    )


_builder = StateGraph(Limits)
_builder.add_node("ask_budget", ask_budget)
_builder.add_node("ask_date", ask_date)
_builder.add_node("sum_up", sum_up)
_builder.add_edge(START, "ask_budget")
_builder.add_edge(START, "ask_date")
_builder.add_edge(["ask_budget", "ask_date"], "sum_up")

graph = _builder.compile(name="parallel")
"""For deployment: the server brings the checkpointer."""
