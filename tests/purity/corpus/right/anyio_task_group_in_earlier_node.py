import anyio
import httpx
from langgraph.types import interrupt


async def collect(state):
    pages = {}

    async def load(url):
        async with httpx.AsyncClient() as client:
            pages[url] = (await client.get(url)).text

    async with anyio.create_task_group() as tg:
        for url in state["urls"]:
            tg.start_soon(load, url)
    return {"pages": pages}


async def choose(state):
    return {"page": interrupt({"which": list(state["pages"])})}
