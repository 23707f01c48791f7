from langgraph.types import interrupt


def make_node(question, on_yes):
    def node(state):
        answer = interrupt({"question": question.format(**state)})
        if answer == "yes":
            on_yes(state)
        return {"answer": answer}

    return node
