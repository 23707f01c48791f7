from langgraph.types import interrupt
import anyio


async def one(q):
    return interrupt(q)


async def node(state):
    async with anyio.create_task_group() as tg:
        tg.start_soon(one, "q")  # expect: PC302
    return {}
