from langgraph.types import interrupt


def ask_user(q):
    return interrupt(q)


def node(state):
    try:
        answer = ask_user("Go on?")
    except (KeyError, Exception):  # expect: PC301
        answer = "no"
    return {"answer": answer}
