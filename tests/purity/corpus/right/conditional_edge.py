from langgraph.graph import END, StateGraph
from langgraph.types import Command, interrupt


def ask_age(state):
    age = interrupt(state.get("prompt") or "How old are you?")
    if not isinstance(age, int):
        return Command(goto="ask_age", update={"prompt": f"{age} is no age"})
    return Command(goto=END, update={"age": age})


builder = StateGraph(dict)
builder.add_node("ask_age", ask_age)
