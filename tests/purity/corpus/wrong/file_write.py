from langgraph.types import interrupt as pause


def review(state):
    with open("draft.md", "w") as file:  # expect: PC101
        file.write(state["draft"])  # expect: PC101
    return {"verdict": pause({"draft": state["draft"]})}
