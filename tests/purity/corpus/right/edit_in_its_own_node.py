from langgraph.types import Command, interrupt


def approve(state):
    if interrupt({"approve": state["text"]}) == "edit":
        return Command(goto="edit")
    return Command(goto="publish")


def edit(state):
    return {"text": interrupt({"new_text_for": state["text"]})}
