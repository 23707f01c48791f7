from datetime import datetime, timezone

from langgraph.types import interrupt


def node(state):
    answer = interrupt("Go on?")
    return {"answer": answer, "answered_at": datetime.now(timezone.utc).isoformat()}
