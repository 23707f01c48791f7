from langgraph.types import interrupt
import asyncio


async def one(q):
    return interrupt(q)


async def node(state):
    t = asyncio.ensure_future(one("a"))
    done, _ = await asyncio.wait([t])  # expect: PC302
    return {}
