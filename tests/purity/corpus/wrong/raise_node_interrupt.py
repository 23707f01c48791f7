from langgraph.errors import NodeInterrupt


def node(state):
    if len(state["text"]) > 5:
        send_alert(state["text"])  # expect: PC101
        raise NodeInterrupt("too long")
    return state
