import asyncio, contextlib, functools, json, math, os, re, time, typing as t
from collections import OrderedDict
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.types import interrupt, Command
from langgraph.errors import GraphInterrupt, GraphBubbleUp
import langgraph.types
import plancraft as pc

async def w1(state):
    await asyncio.gather(notify_slack(state), send_mail(state))  # expect: PC101
    return interrupt("x")
def w2(state):
    print(state, file=open("log", "a"))  # expect: PC101
    return interrupt("x")
def w3(state):
    import datetime
    q = f"{datetime.datetime.now():%H:%M} ok?"  # expect: PC201
    return interrupt(q)
def w4(state):
    with suppress_all():
        pass
    from contextlib import suppress as s
    with s(BaseException):  # expect: PC301
        return interrupt("x")
def w5(state):
    os.environ.setdefault("A", "b")  # expect: PC101
    return interrupt("x")
def w6(state):
    globals()["x"] = 1  # expect: PC101
    return interrupt("x")
def w7(state, writer):
    setattr(state, "x", 1)  # expect: PC501
    return interrupt("x")
def w8(state):
    response = model.with_structured_output(X).invoke(state["m"])  # expect: PC101
    return interrupt(response)
def w9(state):
    client = get_client()
    client.send(state)  # expect: PC101
    return interrupt("x")
def w10(state):
    try:
        x = interrupt("x")
    except Exception as e:  # expect: PC301
        if "interrupt" in str(e):
            raise
        x = None
    return x
def w11(state):
    session.add(Row()); session.flush()  # expect: PC101
    return interrupt("x")
def w12(state):
    (lambda: open("a", "w"))()  # expect: PC101
    return interrupt("x")
def w13(state):
    answers = {}
    for f in ("a", "b"):
        answers[f] = interrupt(f)  # expect: PC401
    return answers
def w14(state):
    if state.get("last_human_event") is not None:  # expect: PC403
        return {}
    return interrupt("x")
def w15(state):
    if os.environ["MODE"] == "auto":  # expect: PC403
        return {}
    return interrupt("x")
def w16(state):
    if datetime.utcnow().weekday() >= 5: return {"skip": True}  # expect: PC403
    return interrupt("x")
def w17(state):
    state |= {"a": 1}  # expect: PC501
    return interrupt("x")
def w18(state):
    state.setdefault("log", []).append("x")  # expect: PC501
    return interrupt("x")
def w19(state):
    import copy
    s = copy.copy(state); s["items"].append(1)  # expect: PC501
    return interrupt("x")
def w20(state):
    vector_store.add_documents(state["docs"])  # expect: PC101
    return interrupt("x")
def w21(state):
    results = tavily.search(state["q"])  # expect: PC101
    return interrupt(results)
def w22(state):
    results = search_tool.run(state["q"])  # expect: PC101
    return interrupt(results)
def w23(state):
    results = retriever.get_relevant_documents(state["q"])  # expect: PC101
    return interrupt(results)
def w24(state):
    with ThreadPoolExecutor() as pool:
        pool.submit(save, state)  # expect: PC101
    return interrupt("x")
def w25(state):
    while not (a := interrupt("x")):  # expect: PC401
        pass
    return a
async def w26(state):
    asyncio.create_task(post_update(state))  # expect: PC101
    return interrupt("x")
def w27(state):
    logger.info("x"); metrics.increment("asked")  # expect: PC101
    return interrupt("x")
def w28(state):
    del state["messages"][0]  # expect: PC501
    return interrupt("x")
def w29(state):
    a, b = interrupt("a"), interrupt("b")  # expect: PC402
    return a, b
def w30(state):
    requests.get("x", timeout=3).json()  # expect: PC101
    return interrupt("x")
