"""Outside a node: start a thread, see its questions, answer, recover, expire."""

from plancraft.interrupts.observing import log_hitl_event
from plancraft.threads.calls import (
    acancel,
    aedit,
    aexpire_due,
    aget_interrupt_status,
    apending,
    arecover,
    aresume,
    astart,
    cancel,
    edit,
    expire_due,
    get_interrupt_status,
    pending,
    recover,
    resume,
    start,
)
from plancraft.threads.config import Asker, InterruptConfig
from plancraft.threads.history import get_hitl_history
from plancraft.threads.langgraph_server import GraphServer
from plancraft.threads.naming import make_thread_id
from plancraft.threads.operations import PendingQuestion
from plancraft.threads.safety import (
    asafe_resume,
    create_error_response,
    is_recoverable,
    safe_resume,
)
from plancraft.threads.upkeep import RecoveredThread
from plancraft.threads.watching import Watcher
from plancraft.threads.working import Worker

__all__ = [
    "Asker",
    "GraphServer",
    "InterruptConfig",
    "PendingQuestion",
    "RecoveredThread",
    "Watcher",
    "Worker",
    "acancel",
    "aedit",
    "aexpire_due",
    "aget_interrupt_status",
    "apending",
    "arecover",
    "aresume",
    "asafe_resume",
    "astart",
    "cancel",
    "create_error_response",
    "edit",
    "expire_due",
    "get_hitl_history",
    "get_interrupt_status",
    "is_recoverable",
    "log_hitl_event",
    "make_thread_id",
    "pending",
    "recover",
    "resume",
    "safe_resume",
    "start",
]
