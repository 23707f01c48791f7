from sqlalchemy.orm import Session
from langgraph.types import interrupt

def node(state, engine):
    with Session(engine) as session:
        session.add(Request(id=state["id"]))  # expect: PC101
        session.commit()  # expect: PC101
    return {"ok": interrupt("Approve?")}
