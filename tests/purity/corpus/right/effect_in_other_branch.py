from langgraph.types import interrupt


def node(state):
    if state["risk"] < 3:
        send_email(state["to"])
        return {"sent": True}
    return {"sent": interrupt({"to": state["to"]}) == "yes"}
