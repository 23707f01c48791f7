from langgraph.types import interrupt


def design_pause_node(state: PlanCraftState):
    # 이미 디자인을 고른 경우 스킵
    if state.get("design_choice") is not None:
        return {}
    response = interrupt({"question": "디자인을 골라 주세요", "options": state["designs"]})
    return {"design_choice": response["selected"], "last_resume_value": response}
