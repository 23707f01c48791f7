from pathlib import Path

from langgraph.types import interrupt


def node(state):
    template = Path(__file__).with_name("question.txt").read_text()
    return {"answer": interrupt(template.format(**state))}
