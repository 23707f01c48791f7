from langgraph.types import interrupt

async def node(state):
    try:
        answer = interrupt("?")
    except Exception as exc:  # expect: PC301
        print(exc)
        raise ValueError("bad") from exc
    return {"a": answer}
