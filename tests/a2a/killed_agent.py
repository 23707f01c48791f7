"""Run as a program: serves the gated agent over a store, until it is killed."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn
from a2a.types import AgentSkill
from starlette.applications import Starlette
from starlette.routing import Mount

from plancraft import open_store
from plancraft.a2a import A2AService, GraphExecutor, build_card
from plancraft.a2a.tasks import open_tasks
from plancraft.app.a2a import authenticate_by, checkpointer_at
from tests.a2a.living import Said, Work, gated


class Written(Work):
    """Each step leaves a line in a file, which outlives the process."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    async def step(self, state: Said) -> Said:
        await asyncio.sleep(0.03)
        with self._path.open("a") as file:
            file.write(f"{state['query']} {state.get('passed', 0)}\n")
        return {}


async def main(url: str, port: int, effects: Path) -> None:
    store = open_store(url)
    graph = gated(Written(effects), 3)
    skill = AgentSkill(id="x", name="x", description="x", tags=["x"])
    service = A2AService(
        GraphExecutor(graph, store=store),
        build_card("gated", "x", f"http://127.0.0.1:{port}", skills=[skill]),
        tables=open_tasks(url),
        authenticate=authenticate_by(store),
        checkpointer=lambda: checkpointer_at(url),
    )
    app: Any = Starlette(routes=[Mount("/", service.app)])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    await asyncio.gather(service.run(), server.serve())


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
