from langgraph.types import interrupt


def safe(fn):
    def wrapper(state):
        try:
            return fn(state)
        except Exception as error:  # expect: PC301
            return {"error": str(error)}

    return wrapper


@safe
def node(state):
    return {"answer": interrupt("Go on?")}
