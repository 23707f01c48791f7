from langgraph.types import interrupt
import heapq, random, bisect


def node(state):
    heapq.heappush(state["h"], 1)  # expect: PC501
    random.Random(1).shuffle(state["l"])  # expect: PC501
    return {"a": interrupt("q")}
