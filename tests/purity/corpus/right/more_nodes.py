from __future__ import annotations
import asyncio, uuid, time, datetime, random, requests, logging
from dataclasses import dataclass, field
from langgraph.types import interrupt, Send
from langgraph.graph import StateGraph, MessagesState
from langchain_core.tools import tool, BaseTool
from plancraft import ask, ConfirmInterruptPayload, ApprovalInterruptPayload, OptionInterruptPayload, FormInterruptPayload, after_resume, log_hitl_event, effect_key

def r1(state):
    log_hitl_event("asking", {"a": 1})
    return after_resume(state, ask(ConfirmInterruptPayload(question="x", timeout=60)))
class BookTool(BaseTool):
    name: str = "book"
    description: str = "b"
    def _run(self, place: str) -> str:
        ok = interrupt({"tool": self.name, "place": place})
        if ok: return requests.post("x").text
        return "no"
def r2(state):
    match interrupt(state["q"]):
        case "yes": notify(state)
        case _: pass
    return {}
def r3(state):
    answer = interrupt({"q": state["q"]})
    for x in answer: save(x)
    while True:
        if deploy(): break
    return {}
def r4(state):
    if state["auto"]:
        result = llm.invoke(state["m"])
        return {"r": result}
    elif state["skip"]:
        return {}
    return {"r": interrupt("q")}
def r5(state):
    def send(a): requests.post("x", json=a)
    a = interrupt("q")
    send(a)
    return {}
def r6(state):
    started = time.monotonic()
    a = interrupt("q")
    logging.info("%s", time.monotonic() - started)
    return {"id": str(uuid.uuid4()), "at": datetime.datetime.now()}
def r7(state):
    retries = 3
    a = interrupt("q")
    for i in range(retries):
        try:
            requests.post("x"); break
        except Exception:
            continue
    return {"a": a}
@dataclass
class Draft:
    title: str
    tags: list[str] = field(default_factory=list)
    def render(self): return f"{self.title} {sorted(self.tags)}"
def r8(state):
    draft = Draft(title=state["t"])
    draft.tags.append("x")
    draft.title = draft.title.upper()
    return {"a": interrupt(draft.render())}
def r9(state):
    schema = state["schema"]
    payload = FormInterruptPayload(question="q", form=schema, initial={k: v for k, v in state.items() if k in schema})
    return {"a": ask(payload).values}
def r10(state):
    if (n := len(state["items"])) == 0: return {"done": True}
    return {"a": interrupt(f"{n} items")}
def r11(state):
    if state["approved"] is None:
        state_copy = dict(state)
        state_copy["approved"] = interrupt("ok?")
        return state_copy
    return {}
def r12(state, config):
    tid = config["metadata"]["thread_id"]
    key = effect_key(tid, "x")
    return {"a": interrupt({"key": key})}
def r13(state):
    err = None
    try:
        cfg = parse(state["cfg"])
    except Exception as e:
        err = str(e)
        logging.exception("x")
        raise
    return {"a": interrupt(cfg)}
async def r14(state):
    await asyncio.sleep(0)
    ans = await asyncio.wait_for(human(state), 10)
    return {"a": ans}
async def human(state): return interrupt(state["q"])
def r15(state):
    rows = [{"id": r["id"], "delete": r.get("delete", False)} for r in state["rows"]]
    rows = list(filter(lambda r: r["delete"], rows))
    best = max(rows, key=lambda r: r["id"])
    return {"a": interrupt({"rows": rows, "best": best})}
def r16(state):
    tmp = state["a"], state["b"]
    a, b = sorted(tmp)
    del tmp
    return {"a": interrupt([a, b])}
def r17(state):
    global_settings = {"x": 1}
    global_settings["y"] = 2
    return {"a": interrupt(global_settings)}
graph = StateGraph(MessagesState).add_node("r1", r1).add_node(r2).compile()
if __name__ == "__main__":
    graph.invoke({}, {"configurable": {"thread_id": str(uuid.uuid4())}})
def r20(state):
    payload = {"title": state["t"], "tags": []}
    payload["tags"].append("x")
    payload["n"] = {}
    payload["n"]["a"] = 1
    return {"a": interrupt(payload)}
def r21(state):
    merged = {**state}
    merged["tags"] = list(state["tags"])
    merged["tags"].append("x")
    return {"a": interrupt(merged["tags"])}
def r22(state):
    out = {"groups": {}, "src": state["rows"]}
    for r in state["rows"]:
        out["groups"].setdefault(r["k"], []).append(r["v"])
    return {"a": interrupt(out)}
