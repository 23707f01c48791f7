from __future__ import annotations
import asyncio, uuid, time, datetime, random, requests, logging
from dataclasses import dataclass, field
from langgraph.types import interrupt, Send
from langgraph.graph import StateGraph, MessagesState
from langchain_core.tools import tool, BaseTool
from plancraft import ask, ConfirmInterruptPayload, ApprovalInterruptPayload, OptionInterruptPayload, FormInterruptPayload, after_resume, log_hitl_event, effect_key

async def human(state): return interrupt(state["q"])
def w1(state):
    with open("a.json", mode="wb") as f: pass  # expect: PC101
    return ask(ConfirmInterruptPayload(question="x"))
def w2(state):
    return ask(ConfirmInterruptPayload(question="x", data={"nonce": random.getrandbits(32)}))  # expect: PC201
def w3(state):
    payload = ApprovalInterruptPayload(question="q", content=call_llm(state["m"]))  # expect: PC101
    return ask(payload)
def w5(state):
    ts = int(datetime.datetime.now(datetime.timezone.utc).timestamp())  # expect: PC201
    return interrupt({"ts": ts})
def w6(state):
    meta = dict(asked=time.time_ns())  # expect: PC201
    q = {"meta": meta}
    return interrupt(q)
def w7(state):
    try:
        try:
            return interrupt("x")
        finally:
            pass
    except Exception:  # expect: PC301
        return None
def w8(state):
    for _ in range(3):
        try:
            return interrupt("x")  # expect: PC401
        except Exception:  # expect: PC301
            continue
def w9(state):
    a = interrupt("x")
    if a == "more":
        requests.post("x")  # expect: PC101
        return interrupt("y")  # expect: PC402
async def w10(state):
    r1, r2 = await asyncio.gather(human(state), human(state))  # expect: PC402
    return r1
def w11(state):
    order = {s for s in "abc"}
    return interrupt({"o": [o for o in order]})  # expect: PC202
def w12(state):
    if random.randint(0, 1): return {}  # expect: PC403
    return ask(ConfirmInterruptPayload(question="x"))
def w13(state):
    match datetime.date.today().weekday():  # expect: PC403
        case 5 | 6: return {}
    return interrupt("x")
def w14(state):
    items: list = state.get("items") or []
    items += ["x"]  # expect: PC501
    return interrupt(items)
def w15(state):
    state["messages"][-1]["content"] = "x"  # expect: PC501
    return interrupt("x")
def w16(state):
    key = os.urandom(8).hex()  # expect: PC201
    return interrupt({"key": key})
cache = {}
def w17(state):
    if state["q"] not in cache:
        cache[state["q"]] = llm.invoke(state["q"])  # expect: PC101
    return interrupt(cache[state["q"]])
def w18(state):
    with suppress(ValueError):  # expect: PC301
        return ask(ConfirmInterruptPayload(question="x"))
def w19(state):
    try: return ask(ConfirmInterruptPayload(question="x"))
    except pydantic.ValidationError: return {}  # expect: PC301
def w20(state):
    w20.count = getattr(w20, "count", 0) + 1  # expect: PC101
    return interrupt("x")
def w21(state):
    db.session.query(User).filter_by(id=1).update({"asked": True})  # expect: PC101
    return interrupt("x")
def w22(state):
    User.objects.create(name="x")  # expect: PC101
    return interrupt("x")
def w23(state):
    record_metric("asked"); return interrupt("x")  # expect: PC101
def w24(state):
    kafka_producer.send("topic", b"x"); return interrupt("x")  # expect: PC101
def w25(state):
    yield interrupt("x")
    yield interrupt("y")  # expect: PC402
def w26(state):
    text = " ".join(state["tags_set"] | {"a"})  # expect: PC202
    return interrupt(text)
def w27(state):
    pathlib.Path("x").unlink(missing_ok=True)  # expect: PC101
    return interrupt("x")
def w28(state):
    p = Path("x") / "y"
    p.open("w").write("x")  # expect: PC101
    return interrupt("x")
def w30(state):
    out = {"rows": state["rows"]}
    out["rows"].append(1)  # expect: PC501
    return interrupt(out)
def w31(state):
    out = {"a": 1}
    out["at"] = time.time()  # expect: PC201
    return interrupt({"at": out["at"]})
class w32(BaseTool):
    calls: int = 0
    def _run(self, x):
        self.calls += 1  # expect: PC101
        return interrupt(x)
