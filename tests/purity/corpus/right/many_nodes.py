import asyncio, contextlib, functools, json, math, os, re, time, typing as t
from collections import OrderedDict
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.types import interrupt, Command
from langgraph.errors import GraphInterrupt, GraphBubbleUp
import langgraph.types
import plancraft as pc

def r1(state):
    d = json.loads(json.dumps(state["draft"]))
    d["x"] = 1
    return {"a": interrupt(d)}
def r2(state):
    payload = OrderedDict()
    payload["a"] = state["a"]
    payload.move_to_end("a")
    return {"a": interrupt(payload)}
def r3(state):
    with contextlib.nullcontext():
        return {"a": interrupt(1)}
def r4(state):
    a = [x for x in state["xs"] if x]
    a.sort(); a.reverse()
    first, *rest = a
    return {"a": interrupt({"f": first, "r": rest})}
def r5(state):
    q = state["queue"][0]
    remaining = state["queue"][1:]
    a = interrupt(q)
    return {"queue": remaining, "answers": {**state.get("answers", {}), q["id"]: a}}
def r6(state):
    try:
        v = interrupt("x")
    except GraphBubbleUp as e:
        raise e
    except Exception:
        v = None
    return {"v": v}
def r7(state):
    try:
        v = interrupt("x")
    except (GraphInterrupt, GraphBubbleUp):
        raise
    except Exception:
        v = None
    return {"v": v}
async def r8(state, config):
    user = config.get("configurable", {}).get("user_id")
    v = interrupt({"u": user, "pi": math.pi, "t": time.strftime("%Y", tuple(state["t"]))})
    if v:
        await db.execute("x")
    return {"v": v}
def r9(state):
    return Command(update={"x": interrupt("q")}, goto="b")
class R10:
    prompts: t.ClassVar[dict] = {"a": "b"}
    def __init__(self, llm): self.llm = llm
    def ask(self, state):
        q = self.prompts["a"].format(**state)
        a = interrupt(q)
        return {"m": self.llm.invoke(a)}
def r11(state):
    total = 0
    for i in state["items"]:
        total += i["price"]
    if total > 100:
        ok = interrupt(f"Spend {total:.2f}?")
        if not ok:
            return {"ok": False}
    order_id = place_order(state)
    return {"order": order_id}
def r12(state):
    m = re.match("a", state["t"])
    if not m: return {}
    return {"x": interrupt(m.group(0))}
def r13(state: dict, store):
    items = store.search(("a",))
    return {"x": interrupt([i.value for i in items])}
def r14(state):
    n = state.get("attempts", 0) + 1
    a = interrupt({"attempt": n})
    return {"attempts": n, "a": a}
def r15(state):
    msgs = state["messages"].copy()
    msgs.append(HumanMessage("x"))
    return {"x": interrupt([m.content for m in msgs])}
def r16(state):
    request = {"schedule": state["schedule"], "track": state["track"]}
    schedule_text = format_schedule(request["schedule"])
    return {"x": interrupt(schedule_text)}
def r17(state):
    event = state["event"]
    key = f"{event['id']}:{event['v']}"
    if key in state.get("done", []): return {}
    return {"x": interrupt(key)}
def r18(state):
    builder = PromptBuilder()
    builder.add("a").add("b")
    builder.set("x", 1)
    return {"x": interrupt(builder.build())}
def r19(state):
    options = [o.model_dump() for o in state["options"]]
    options = options[:3] + [{"id": "x"}]
    payload = pc.OptionInterruptPayload(question="q", options=options)
    return pc.after_resume(state, pc.ask(payload))
@functools.lru_cache
def table(): return {"a": 1}
def r20(state):
    return {"x": interrupt(table()["a"])}
def r21(state):
    answer = langgraph.types.interrupt({"q": 1})
    with open("x", "w") as f: f.write(answer)
    return {}
def r22(state):
    text = "".join(sorted({c for c in state["t"]}))
    ids = {i: n for i, n in enumerate(state["n"])}
    return {"x": interrupt({"t": text, "ids": ids})}
def r23(state):
    doc = Document(page_content=state["x"])
    text = doc.page_content
    return {"x": interrupt({"text": text, "when": state["now"], "today": state.get("today")})}
def r24(state):
    validated = validate(state["x"])
    if validated.errors:
        return Command(goto="fix", update={"errors": validated.errors})
    return {"x": interrupt(validated.data)}
def r25(state):
    if isinstance(state["messages"][-1], AIMessage) and state["messages"][-1].tool_calls:
        for tc in state["messages"][-1].tool_calls:
            if tc["name"] == "danger":
                r = interrupt(tc)
                if r == "no":
                    return {"messages": [{"role": "tool", "content": "no", "tool_call_id": tc["id"]}]}
                break
    return Command(goto="tools")
def r26(state):
    out = io_like = []
    out.append(render(state))
    return {"x": interrupt(out)}
