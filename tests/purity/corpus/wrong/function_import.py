def node(state):
    from langgraph.types import interrupt as wait
    import requests as rq

    rq.post("x")  # expect: PC101
    return {"ok": wait("?")}
