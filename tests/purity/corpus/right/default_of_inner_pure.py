from langgraph.types import interrupt


def node(state):
    def line(item, width=len(state["title"])):
        return item.ljust(width)

    return {"a": interrupt([line(item) for item in state["items"]])}
