import asyncio

from langgraph.types import interrupt


async def ask_one(q):
    return interrupt(q)


async def node(state):
    got = await asyncio.gather(ask_one("a"), return_exceptions=True)  # expect: PC302
    return {"answers": got}
