def idempotent_pause_node(state: PlanCraftState):
    # 이미 처리된 경우 스킵
    if state.get("last_resume_value"):  # expect: PC403
        return state

    payload = create_payload_from_state(state)

    response = interrupt(payload)
    return handle_response(state, response)
