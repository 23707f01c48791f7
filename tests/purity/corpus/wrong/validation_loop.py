from langgraph.types import interrupt


def get_age(state):
    prompt = "How old are you?"
    while True:
        age = interrupt(prompt)  # expect: PC401
        if isinstance(age, int) and age > 0:
            break
        prompt = f"'{age}' is not an age. How old are you?"
    return {"age": age}
