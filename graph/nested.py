"""A question in a subgraph: a section of a plan is approved before the plan takes it in."""

from typing import TypedDict

from langgraph.graph import START, StateGraph

from graph.prose import language_of
from plancraft import ApprovalInterruptPayload, ask

__all__ = ["Plan", "Section", "graph"]

_TEXTS = {
    "en": ("How we go about {topic}.", "May this section stand in the plan?"),
    "ko": ("{topic}: 이렇게 진행합니다.", "이 절을 기획안에 넣어도 될까요?"),
}


class Section(TypedDict, total=False):
    """One section: what it is about, and its text once somebody approved it."""

    topic: str
    text: str


class Plan(Section, total=False):
    """The plan around it."""

    plan: str


def write_section(state: Section) -> Section:
    """Write a first version."""
    text, _ = _TEXTS[language_of(state["topic"])]
    return {"text": text.format(topic=state["topic"])}


def review_section(state: Section) -> Section:
    """Ask whether it will do; a refused section stays empty."""
    _, question = _TEXTS[language_of(state["topic"])]
    payload = ApprovalInterruptPayload(
        question=question, content=state["text"], editable=["content"]
    )
    answer = ask(payload)
    return {"text": str(answer.approved_content) if answer.approved else ""}


def bind(state: Plan) -> Plan:
    """Take the section in."""
    return {"plan": f"# {state['topic']}\n\n{state['text']}".rstrip()}


_section = StateGraph(Section)
_section.add_node("write_section", write_section)
_section.add_node("review_section", review_section)
_section.add_edge(START, "write_section")
_section.add_edge("write_section", "review_section")

_builder = StateGraph(Plan)
_builder.add_node("section", _section.compile(name="section"))
_builder.add_node("bind", bind)
_builder.add_edge(START, "section")
_builder.add_edge("section", "bind")

graph = _builder.compile(name="nested")
"""For deployment: the server brings the checkpointer."""
