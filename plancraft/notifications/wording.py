"""What a notification says, in the reader's language; the channels only lay it out."""

from dataclasses import dataclass
from datetime import UTC, datetime

from babel.dates import format_datetime, format_timedelta

from plancraft.approvals import ApprovalRequest
from plancraft.approvals.deadlines import timeout_answer
from plancraft.locale import N_, language, say, speaking
from plancraft.notifications.channels import Letter
from plancraft.notifications.cleaning import CONTENT_LENGTH, cleaned, one_line, shortened

__all__ = ["Wording", "worded"]

_PRIORITIES = (N_("Low"), N_("Normal"), N_("Raised"), N_("High"), N_("Urgent"))
_KINDS = {
    "option": N_("Choose"),
    "form": N_("Fill in"),
    "confirm": N_("Yes or no"),
    "approval": N_("To approve"),
}
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one notification. `title`, values of `facts` and `content` hold what others
    wrote, cleaned but not escaped."""

    subject: str
    title: str
    facts: tuple[tuple[str, str], ...]
    """Headings and what stands behind them."""
    content: str
    """The beginning of what is asked for; empty where the title says it all."""
    link: str
    open: str
    """What the link is called."""
    footer: str


def worded(letter: Letter, base_url: str) -> Wording:
    """What the letter says, in its reader's language."""
    with speaking(letter.language):
        return _in_words(letter, base_url)


def _in_words(letter: Letter, base_url: str) -> Wording:
    request = letter.request
    title = one_line(request.title)
    return Wording(
        subject=_subject(letter, title),
        title=title,
        facts=tuple(_facts(request, letter.at)),
        content=_excerpt(request),
        link=_link(letter, base_url),
        open=say("Open the request"),
        footer=say("The link opens a page. Nothing is decided before you choose there."),
    )


def _subject(letter: Letter, title: str) -> str:
    if letter.kind == "test":
        return say("A test of notifications")
    return say("Approval requested: {title}", title=title)


def _link(letter: Letter, base_url: str) -> str:
    place = "/hitl" if letter.kind == "test" else f"/hitl/requests/{letter.request.id}"
    return base_url.rstrip("/") + place


def _facts(request: ApprovalRequest, now: datetime) -> list[tuple[str, str]]:
    facts = [(say("Kind"), _kind(request))]
    if asked_by := request.requested_by or request.graph:
        facts.append((say("Asked by"), one_line(asked_by)))
    facts.append((say("Priority"), say(_PRIORITIES[request.priority - 1])))
    if request.deadline is None:
        return [*facts, (say("Time left"), say("no deadline"))]
    facts.append((say("Time left"), _time_left(request.deadline, now)))
    return [*facts, (say("Without an answer"), _silence(request, _clock(request.deadline, now)))]


def _kind(request: ApprovalRequest) -> str:
    payload = request.asks
    return say(_KINDS.get(payload.type, "Question")) if payload else say("Question")


def _time_left(deadline: datetime, now: datetime) -> str:
    if deadline <= now:
        return say("time is up")
    left = format_timedelta(deadline - now, locale=language(), threshold=1.5)
    return say("{left}, until {time}", left=left, time=_clock(deadline, now))


def _clock(time: datetime, now: datetime) -> str:
    """The time in UTC, with its day unless that is today: who reads it may be anywhere."""
    moment, today = time.astimezone(UTC), now.astimezone(UTC).date()
    if moment.date() == today:
        return say("{time} UTC", time=format_datetime(moment, "HH:mm"))
    return say("{time} UTC", time=format_datetime(moment, "yyyy-MM-dd HH:mm"))


def _silence(request: ApprovalRequest, time: str) -> str:
    if request.graph is None:
        if request.terms.silence == "approve":
            return say("approved at {time}", time=time)
        return say("rejected at {time}", time=time)
    answer = timeout_answer(request)
    if request.reading is not None and answer is not None:
        return say("rejected at {time}", time=time)
    if answer is None:
        return say("the run ends at {time}", time=time)
    if answer.get("confirmed") is False or answer.get("decision") == "reject":
        return say("rejected at {time}", time=time)
    return say("the preset answer counts at {time}", time=time)


def _excerpt(request: ApprovalRequest) -> str:
    """The beginning of what is to be decided on. A form's values are for the page alone."""
    content = cleaned(request.content)
    return "" if content == cleaned(request.title) else shortened(content, CONTENT_LENGTH)
