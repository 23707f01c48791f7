def option_pause_node(state: PlanCraftState):
    options = state.get("options", [])
    question = state.get("option_question", "")
    payload = OptionInterruptPayload(
        question=question,
        options=normalize_options(options)
    )
    response = interrupt(payload.to_dict())
    return handle_user_response(state, response)
