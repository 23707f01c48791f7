from langgraph.types import interrupt

done = False

def node(state):
    global done
    if not done:  # expect: PC403
        answer = interrupt("May I?")
        done = True
        return {"answer": answer}
    return {}
