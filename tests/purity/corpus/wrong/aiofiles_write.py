import aiofiles
from langgraph.types import interrupt

async def node(state):
    async with aiofiles.open("x.txt", mode="w") as f:  # expect: PC101
        await f.write(state["x"])  # expect: PC101
    return {"ok": interrupt("?")}
