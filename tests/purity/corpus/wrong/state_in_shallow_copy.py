from langgraph.types import interrupt


def node(state):
    draft = dict(state)
    draft["sections"].sort()  # expect: PC501
    return {"answer": interrupt(draft["sections"])}
