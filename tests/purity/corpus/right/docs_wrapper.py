from typing import Callable
from langchain_core.tools import BaseTool, tool as create_tool
from langchain_core.runnables import RunnableConfig
from langgraph.types import interrupt

def add_human_in_the_loop(tool: Callable | BaseTool, *, interrupt_config=None) -> BaseTool:
    if not isinstance(tool, BaseTool):
        tool = create_tool(tool)
    if interrupt_config is None:
        interrupt_config = {"allow_accept": True}

    @create_tool(tool.name, description=tool.description, args_schema=tool.args_schema)
    def call_tool_with_interrupt(config: RunnableConfig, **tool_input):
        request = {"action_request": {"action": tool.name, "args": tool_input}, "config": interrupt_config}
        response = interrupt([request])[0]
        if response["type"] == "accept":
            tool_response = tool.invoke(tool_input, config)
        elif response["type"] == "edit":
            tool_input = response["args"]["args"]
            tool_response = tool.invoke(tool_input, config)
        else:
            raise ValueError("unsupported")
        return tool_response
    return call_tool_with_interrupt
