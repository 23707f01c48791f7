from langgraph.types import interrupt

answered = 0


def node(state):
    global answered
    answer = interrupt(state["question"])
    answered += 1
    return {"answer": answer}
