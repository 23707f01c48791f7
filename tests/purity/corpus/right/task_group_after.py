import asyncio

from langgraph.types import interrupt


async def node(state):
    targets = interrupt({"publish_to": state["targets"]})
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(publish(state["post"], t)) for t in targets]
    return {"links": [task.result() for task in tasks]}
