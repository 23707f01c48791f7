"""What a `langgraph.json` names, so that LangGraph Server knows agents from reviewers.

`auth` goes to `auth.path`, `inbox` to `http.app`, each as `plancraft.app.langgraph_server:…`.
"""

from plancraft.app.langgraph_server.authorising import auth
from plancraft.app.langgraph_server.mounting import inbox, mount_inbox

__all__ = ["auth", "inbox", "mount_inbox"]
