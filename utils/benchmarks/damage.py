"""What a kill did to a thread, told from what was found after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from utils.benchmarks.forking import HUNG
from utils.benchmarks.killed_graph import QUESTIONS

__all__ = ["Aftermath", "Damage", "judge"]


@dataclass
class Damage:
    """What many kills did. Only an effect may have been `repeated`, with the same answer."""

    kills: int = 0
    lost: int = 0
    misdelivered: int = 0
    stuck: int = 0
    changed: int = 0
    """Kills after which an effect was repeated with another answer or another key."""
    repeated: int = 0
    hung: int = 0
    """How many of the stuck had to be ended because they did not end."""
    boundaries: int = 0
    """How many kills were aimed at one call to the outside; no two at the same."""
    accounts: list[str] = field(default_factory=list)
    """What was seen where something went wrong."""

    @property
    def total(self) -> int:
        """How much of what must not happen did."""
        return self.lost + self.misdelivered + self.stuck + self.changed


@dataclass(frozen=True)
class Aftermath:
    """What was found after a kill and a recovery, and after the thread was carried on."""

    counted: Mapping[str, str]
    state: str
    open: Sequence[str]
    errors: Sequence[str]
    finished: bool
    said: Sequence[Mapping[str, str]]
    effects: Sequence[Mapping[str, str]]


def judge(damage: Damage, found: Aftermath | str, where: str) -> None:
    """Add one kill to the damage."""
    damage.kills += 1
    if isinstance(found, str):
        damage.stuck += 1
        damage.hung += found.startswith(HUNG)
        damage.accounts.append(f"{where}: {found}")
        return
    damage.repeated += len(found.effects) > len(_effects_by_place(found))
    wrong = {
        "lost": _is_lost(found),
        "misdelivered": _is_misdelivered(found),
        "stuck": _is_stuck(found),
        "changed": _has_changed(found),
    }
    for name in (names := [name for name, is_so in wrong.items() if is_so]):
        setattr(damage, name, getattr(damage, name) + 1)
    if names:
        damage.accounts.append(f"{where}: {', '.join(names)}: {found}")


def _is_lost(found: Aftermath) -> bool:
    """An answer that counted is asked for again, or a node never heard one."""
    heard = {said["question"]: said["answer"] for said in found.said}
    gone = [name for name, says in found.counted.items() if not _is_same(heard.get(name), says)]
    asked_again = set(found.counted) & set(found.open)
    return bool(gone or asked_again or set(QUESTIONS) - set(heard))


def _is_same(heard: str | None, recorded: str) -> bool:
    # Once a secret is delivered, the record hides it.
    return heard is not None and recorded in (heard, "***")


def _is_misdelivered(found: Aftermath) -> bool:
    """A node heard what was meant for another question, or the state has one answer twice."""
    heard = [*found.said, *(row for row in found.effects if row["question"] != "-")]
    strange = any(not said["answer"].endswith(f":{said['question']}") for said in heard)
    twice = len({said["question"] for said in found.said}) < len(found.said)
    return strange or twice


def _is_stuck(found: Aftermath) -> bool:
    """The thread neither waits at an open question nor is at its end, or never gets there."""
    rests = found.state in ("finished", "absent") or (found.state == "paused" and bool(found.open))
    return not rests or bool(found.errors) or not found.finished


def _has_changed(found: Aftermath) -> bool:
    """An effect was repeated with another answer or another key."""
    return any(len(set(rows)) > 1 for rows in _effects_by_place(found).values())


def _effects_by_place(found: Aftermath) -> dict[tuple[str, str], list[tuple[str, str]]]:
    places: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in found.effects:
        places.setdefault((row["place"], row["question"]), []).append((row["answer"], row["key"]))
    return places
