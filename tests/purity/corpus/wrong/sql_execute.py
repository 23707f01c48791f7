import sqlite3

from langgraph.types import interrupt


def approve(state):
    conn = sqlite3.connect("app.db")  # expect: PC101
    conn.execute("INSERT INTO asked VALUES (?)", (state["id"],))  # expect: PC101
    conn.commit()  # expect: PC101
    return {"approved": interrupt({"id": state["id"]})}
