import socket
from langgraph.types import interrupt

def node(state):
    s = socket.socket()
    s.connect(("localhost", 9))  # expect: PC101
    s.sendall(b"x")  # expect: PC101
    return {"ok": interrupt("ok?")}
