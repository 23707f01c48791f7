"""The rules, by code: a name, the sentence a finding says, and why the rule is there."""

from dataclasses import dataclass

from plancraft.locale import N_

__all__ = ["RULES", "Rule"]


@dataclass(frozen=True)
class Rule:
    """`message` and `why` are said in the reader's language; `what` is the code at fault."""

    name: str
    message: str
    why: str


RULES: dict[str, Rule] = {
    "PC101": Rule(
        "effect-before-pause",
        N_("{what} acts on the world before the pause, and again at every replay"),
        N_(
            "LangGraph runs a node from its first line each time its question is answered. "
            "What is written, sent, started or connected before the pause happens again. "
            "Move it behind the pause, or better into the next node."
        ),
    ),
    "PC201": Rule(
        "unrepeatable-payload",
        N_("{what} gives the question another value at every replay"),
        N_(
            "The question is built anew when its answer comes. With a clock, a random number or "
            "a fresh id in it, the person answered a question that no longer exists. Put such "
            "values into the state in an earlier node."
        ),
    ),
    "PC202": Rule(
        "unordered-payload",
        N_("{what} shows a set, whose order another process does not keep"),
        N_(
            "The order of a set of texts changes from process to process, so the same state "
            "gives another question after a restart. Sort it before it is shown."
        ),
    ),
    "PC301": Rule(
        "swallowed-pause",
        N_("{what} around the pause catches what the pause raises"),
        N_(
            "A pause is an exception on its way to LangGraph, derived from Exception, and a "
            "refused answer is a ValidationError on the same way. Caught on the way, the node "
            "goes on without an answer. Keep the pause out of the try, or raise again first: "
            "except GraphBubbleUp: raise."
        ),
    ),
    "PC302": Rule(
        "gathered-pause",
        N_("{what} turns the pause into a value or into a group of errors"),
        N_(
            "gather(return_exceptions=True) hands a pause over as a result and a TaskGroup wraps "
            "it into an ExceptionGroup: LangGraph sees no pause. Ask in nodes of their own, side "
            "by side."
        ),
    ),
    "PC303": Rule(
        "wrapped-pause",
        N_("{what} takes the pause for a failure"),
        N_(
            "Retry and fallback wrappers treat whatever is raised as a failure: with_retry asks "
            "three times, with_fallbacks runs the fallback without an answer. Wrap the call that "
            "may fail, in another node. A RetryPolicy of add_node lets pauses pass."
        ),
    ),
    "PC401": Rule(
        "pause-in-a-loop",
        N_("{what} pauses in a loop"),
        N_(
            "Answers are matched to pauses by their number in the run, and each answer runs all "
            "rounds before it again. Ask one question in a node and let an edge lead back to it."
        ),
    ),
    "PC402": Rule(
        "second-pause",
        N_("{what} is a second pause on the same way through the node"),
        N_(
            "Answers are matched to the pauses of a node by their number, so a question put in "
            "between takes another one's answer, and each answer runs the earlier part again. "
            "Ask one question in a node."
        ),
    ),
    "PC403": Rule(
        "skipped-pause",
        N_("{what} decides whether there is a pause, and may decide otherwise at the replay"),
        N_(
            "When the answer comes the node runs again. If the condition has changed by then, "
            "the pause is skipped and the answer is lost or goes to another question. Decide by "
            "the state alone, in an edge before the node, and not by a field that keeps the last "
            "answer."
        ),
    ),
    "PC501": Rule(
        "state-changed-in-place",
        N_("{what} changes the state in place before the pause"),
        N_(
            "A change in place bypasses the reducers, leaks into the final state, and is made "
            "again on top of itself when the node runs again in the same process. Return what "
            "changes, after the pause."
        ),
    ),
}
