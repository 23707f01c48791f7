import asyncio

from langgraph.types import interrupt


async def ask_one(q):
    return interrupt(q)


async def node(state):
    (answer,) = await asyncio.gather(ask_one(state["q"]))
    return {"answer": answer}
