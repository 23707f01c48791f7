from datetime import datetime, timedelta

from langgraph.types import interrupt


def node(state):
    due = datetime.fromisoformat(state["created_at"]) + timedelta(days=2)
    return {"answer": interrupt({"due": due.isoformat()})}
