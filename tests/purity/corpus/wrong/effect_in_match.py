from langgraph.types import interrupt


def node(state):
    match state["kind"]:
        case "mail":
            send_mail(state["to"])  # expect: PC101
        case _:
            pass
    return {"answer": interrupt("Sent?")}
