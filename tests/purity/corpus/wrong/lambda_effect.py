from langgraph.types import interrupt

node = lambda state: (save_draft(state), interrupt("?"))[1]  # expect: PC101
