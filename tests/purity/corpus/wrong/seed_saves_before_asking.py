def bad_pause_node(state: PlanCraftState):
    # 부작용: DB 저장, 외부 API 호출 등
    save_to_database(state)  # expect: PC101

    response = interrupt(payload)
    return handle_response(state, response)
