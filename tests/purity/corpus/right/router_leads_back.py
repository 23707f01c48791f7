from langgraph.graph import END
from langgraph.types import interrupt


def ask(state):
    text = interrupt({"question": "Title?", "error": state.get("error")})
    error = None if text.strip() else "A title, please."
    return {"title": text, "error": error, "tries": state.get("tries", 0) + 1}


def route(state):
    return "ask" if state["error"] and state["tries"] < 3 else END


def build(builder):
    builder.add_node("ask", ask)
    builder.add_conditional_edges("ask", route, ["ask", END])
