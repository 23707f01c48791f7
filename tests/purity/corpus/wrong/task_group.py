import asyncio

from langgraph.types import interrupt


async def ask_one(q):
    return interrupt(q)


async def node(state):
    async with asyncio.TaskGroup() as tg:
        task = tg.create_task(ask_one("a"))  # expect: PC302
    return {"answer": task.result()}
