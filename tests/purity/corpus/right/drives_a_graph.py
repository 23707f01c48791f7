from langgraph.types import Command


def answer_all(graph, config, questions):
    for question in questions:
        graph.invoke(Command(resume=question), config)
        print("asked; interrupt() went on")
