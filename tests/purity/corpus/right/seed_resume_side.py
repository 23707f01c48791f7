def handle_user_response(state: PlanCraftState, response: dict):
    if not validate_response(response):
        raise ValidationError("Invalid response")
    return update_state(state,
        selected_option=response.get("selected"),
        last_resume_value=response,
        last_pause_type=None,
    )


def node(state: PlanCraftState):
    payload = {"question": state.get("option_question")}
    response = interrupt(payload)
    return handle_user_response(state, response)
