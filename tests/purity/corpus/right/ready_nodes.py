from plancraft import approval_pause_node, option_pause_node


def choose(state):
    if not state.get("options"):
        return {}
    return option_pause_node(state)


def approve(state):
    update = approval_pause_node(state)
    send_mail(update)
    return update
