import asyncio

from langgraph.types import interrupt


async def deliver(state):
    channels = interrupt({"where": state["channels"]})
    tasks = [asyncio.create_task(post_message(c, state["text"])) for c in channels]
    done, late = await asyncio.wait(tasks, timeout=5)
    return {"sent": len(done), "late": len(late)}
