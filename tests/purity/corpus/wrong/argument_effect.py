from langgraph.types import interrupt


def node(state, db):
    return {"answer": interrupt({"ticket": db.insert_one(state).inserted_id})}  # expect: PC101
