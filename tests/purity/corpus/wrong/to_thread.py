import asyncio
from pathlib import Path

from langgraph.types import interrupt


def dump(text):
    Path("draft.txt").write_text(text)


async def node(state):
    await asyncio.to_thread(dump, state["draft"])  # expect: PC101
    return {"answer": interrupt("Go on?")}
