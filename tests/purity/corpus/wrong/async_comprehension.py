from langgraph.types import interrupt
import asyncio

async def one(q):
    return interrupt(q)

async def node(state):
    return {"a": await asyncio.gather(*[one(q) for q in state["qs"]])}  # expect: PC401
