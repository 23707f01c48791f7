from langgraph.types import interrupt
from tenacity import retry


@retry
def send(answer):
    post_answer(answer)


def node(state):
    answer = interrupt("Go on?")
    send(answer)
    return {}
