from plancraft import confirm_pause_node, option_pause_node


def node(state):
    first = option_pause_node(state)
    return {**first, **confirm_pause_node(state)}  # expect: PC402
