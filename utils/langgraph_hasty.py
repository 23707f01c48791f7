"""`langgraph …`, whose dev server looks for work fifty times a second and not twice.

For tests and benchmarks, which would measure that pause and nothing else.
"""

import asyncio
import sys
from typing import Any

_IDLE, _SHORT = 0.5, 0.02
_QUEUE = "langgraph_runtime_inmem.ops"
_sleep = asyncio.sleep


def _hasty(delay: float, result: Any = None) -> Any:
    if delay == _IDLE and sys._getframe(1).f_globals.get("__name__") == _QUEUE:
        delay = _SHORT
    return _sleep(delay, result)


if __name__ == "__main__":
    del sys.path[0]  # this folder, whose modules are nobody's here
    asyncio.sleep = _hasty
    from langgraph_cli.cli import cli

    cli()
