from langgraph.graph import StateGraph
from langgraph.types import Command, interrupt


def node(state):
    return {"name": interrupt("Name?")}


def main(config):
    graph = StateGraph(dict).add_node(node).set_entry_point("node").compile()
    result = graph.invoke({}, config)
    while "__interrupt__" in result:
        answer = input(result["__interrupt__"][0].value + " ")
        result = graph.invoke(Command(resume=answer), config)
