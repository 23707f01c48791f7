import heapq

from langgraph.types import interrupt


def node(state):
    heap = [(task["due"], task["id"]) for task in state["tasks"]]
    heapq.heapify(heap)
    due, first = heapq.heappop(heap)
    return {"a": interrupt({"first": first, "due": due, "then": heapq.nsmallest(2, heap)})}
