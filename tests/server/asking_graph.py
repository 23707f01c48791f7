"""A graph that a server's worker carries answers to."""

from langgraph.graph import StateGraph

from tests.graphs import Notes, confirm

graph = StateGraph(Notes)
graph.add_node("ask", confirm("Go on?"))
graph.set_entry_point("ask")
