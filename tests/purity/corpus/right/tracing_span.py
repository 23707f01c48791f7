from opentelemetry import trace
from langgraph.types import interrupt

tracer = trace.get_tracer(__name__)

def node(state):
    with tracer.start_as_current_span("ask") as span:
        span.set_attribute("x", 1)
        return {"a": interrupt(state["q"])}
