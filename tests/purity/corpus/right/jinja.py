from jinja2 import Environment
from langgraph.types import interrupt

env = Environment()

def node(state):
    text = env.from_string("Hi {{ name }}").render(name=state["name"])
    return {"a": interrupt(text)}
