import sqlite3

from langgraph.types import interrupt


def approve(state):
    approved = interrupt({"id": state["id"]})
    with sqlite3.connect("app.db") as conn:
        conn.execute("UPDATE plans SET ok = ? WHERE id = ?", (approved, state["id"]))
    return {"approved": approved}
