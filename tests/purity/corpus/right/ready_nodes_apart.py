from langgraph.graph import START, StateGraph
from plancraft import confirm_pause_node, option_pause_node

builder = StateGraph(dict)
builder.add_node("choose", option_pause_node)
builder.add_node("confirm", confirm_pause_node)
builder.add_edge(START, "choose")
builder.add_edge("choose", "confirm")
