from langgraph.runtime import Runtime
from langgraph.types import interrupt

def node(state, runtime: Runtime):
    name = runtime.context.user_name
    return {"ok": interrupt({"q": f"{name}, sure?"})}
