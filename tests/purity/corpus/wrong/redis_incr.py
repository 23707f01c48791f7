import redis
from langgraph.types import interrupt

r = redis.Redis()

def node(state):
    r.incr("asked")  # expect: PC101
    return {"ok": interrupt("Approve?")}
