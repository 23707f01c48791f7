"""What plancraft costs and what it withstands, measured beside bare LangGraph."""
