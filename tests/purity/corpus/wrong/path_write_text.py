from pathlib import Path

import langgraph.types as lgt


def review(state):
    Path("out").joinpath("draft.md").write_text(state["draft"])  # expect: PC101
    verdict = lgt.interrupt(state["draft"])
    return {"verdict": verdict}
