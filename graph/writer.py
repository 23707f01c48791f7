"""Who writes the plan: the chat model that is configured, else the planner in this folder."""

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel

from graph.analysis import Analysis
from graph.planner import Brief, Direction, write_plan

__all__ = ["PLANNER", "write"]

PLANNER = "planner"
"""Name of the writer when no model is configured."""

_TASK = {
    "en": (
        "You turn a product idea into a plan in Markdown. Keep every heading of the outline, "
        "write in English, use only what the outline and the person's wishes say."
    ),
    "ko": (
        "제품 아이디어를 마크다운 기획안으로 씁니다. 개요의 제목을 모두 유지하고 한국어로 쓰며, "
        "개요와 사용자의 요청에 있는 내용만 사용합니다."
    ),
}


def write(
    analysis: Analysis,
    direction: Direction,
    brief: Brief,
    feedback: Sequence[str],
    model: tuple[str, BaseChatModel] | None = None,
) -> tuple[str, str]:
    """The plan and the name of its writer."""
    outline = write_plan(analysis, direction, brief, feedback)
    if model is None:
        return outline, PLANNER
    name, chat = model
    return _by_model(chat, analysis, outline, feedback), name


def _by_model(
    chat: BaseChatModel, analysis: Analysis, outline: str, feedback: Sequence[str]
) -> str:
    wishes = "\n".join(f"- {one}" for one in feedback) or "-"
    asked = f"# Idea\n{analysis.idea}\n\n# Outline\n{outline}\n\n# Wishes\n{wishes}"
    reply: Any = chat.invoke([("system", _TASK[analysis.language]), ("human", asked)])
    text = str(reply.text).strip()
    # An empty reply must not become an empty plan that somebody approves.
    return text or outline
