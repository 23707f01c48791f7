"""Whether the log of events is as it was written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from plancraft.approvals.events import START, Entry, Head, link
from plancraft.approvals.store import Store
from plancraft.errors import LogBroken
from plancraft.locale import N_

__all__ = ["Verified", "read_log", "verify_log"]

_PAGE = 1000
_AHEAD = 10_000
"""How far on from a break an entry is looked for that may have stood there."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A log in which every entry fits the one before. Keep `head` elsewhere and compare with it
    later: who can write to the whole database can also write a whole new chain."""

    entries: int
    head: Head


def verify_log(store: Store, *, known: Head | None = None) -> Verified:
    """Follow the chain from its first entry to its end.

    Args:
        store: Whose log.
        known: A head from an earlier check, which must still be part of the chain.

    Raises:
        LogBroken: it names the first entry that was altered, removed or moved.
        StoreUnavailable: the store cannot be read.
    """
    end = store.head()
    at, entries = START, read_log(store)
    for entry in entries:
        if entry.seq > end.seq:  # written since
            break
        if entry.seq != at.seq + 1 or entry.hash != link(at.hash, entry.body):
            raise _broken(at, list(islice(chain([entry], entries), _AHEAD)))
        at = Head(entry.seq, entry.hash)
        if known is not None and known.seq == at.seq and known.hash != at.hash:
            raise LogBroken(at.seq, N_("it, or one before it, was written anew"))
    if at != end or (known is not None and known.seq > at.seq):
        raise LogBroken(at.seq + 1, N_("it was removed from the end"))
    return Verified(at.seq, at)


def read_log(store: Store, *, after: int = 0) -> Iterator[Entry]:
    """The entries behind number `after`, a page at a time."""
    while page := store.log(after=after, limit=_PAGE):
        yield from page
        after = page[-1].seq


def _broken(at: Head, following: Sequence[Entry]) -> LogBroken:
    """What is wrong with the first of the entries, which does not fit behind `at`."""
    number, first = at.seq + 1, following[0]
    belongs = next((one for one in following if one.hash == link(at.hash, one.body)), None)
    if belongs is not None:
        return LogBroken(number, N_("it was moved and now stands as entry {place}"), belongs.seq)
    if first.seq != number:
        return LogBroken(number, N_("it was removed"))
    either = N_(
        "it does not follow from the entry before it: one of the two was altered, or one between "
        "them was removed"
    )
    return LogBroken(number, either)
