import threading

from langgraph.types import interrupt


def node(state):
    threading.Thread(target=print, args=("x",)).start()  # expect: PC101
    return {"answer": interrupt("Go on?")}
