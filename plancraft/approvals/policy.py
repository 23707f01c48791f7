"""Who may decide what, until when, and what silence means: frozen on a request when it is made."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from plancraft.approvals.kinds import ApprovalType
from plancraft.errors import NotAllowed, PolicyRefused
from plancraft.interrupts.fitting import schema_problems
from plancraft.interrupts.payloads import schema_fault
from plancraft.locale import say

__all__ = [
    "HITLPolicy",
    "Risk",
    "Rule",
    "Silence",
    "Terms",
    "all_of",
    "require_right",
    "same_name",
]

_LONGEST = 10 * 365 * 86400.0
"""Ten years, in seconds."""
Risk = Literal["low", "medium", "high"]
Silence = Literal["reject", "approve"]
_AND = " & "
"""Between names that must all be one person's."""
_MOST_WAYS = 100
_RISKS: tuple[Risk, ...] = ("low", "medium", "high")


class Terms(BaseModel):
    """What holds for one request, whatever becomes of the policy.

    `deciders` are names of people or `role:NAME`; none means any reviewer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    risk: Risk = "medium"
    needed: int = Field(default=1, ge=1)
    """How many people must approve; one who rejects is enough for a no."""
    deciders: tuple[str, ...] = ()
    requester_may_decide: bool = False
    reason_required: bool = True
    """Whether a rejection needs a reason."""
    silence: Silence = "reject"
    """What the deadline decides."""
    channels: tuple[str, ...] = ()
    """By which channels people are told."""

    def is_as_strict_as(self, other: "Terms") -> bool:
        """Whether who satisfies these terms satisfies the other ones too."""
        allowed = not other.deciders or (
            self.deciders and set(self.deciders) <= set(other.deciders)
        )
        return (
            bool(allowed)
            and self.needed >= other.needed
            and _RISKS.index(self.risk) >= _RISKS.index(other.risk)
            and (other.requester_may_decide or not self.requester_may_decide)
        )


def all_of(terms: Sequence[Terms]) -> Terms:
    """Terms that satisfy all of these, of which there is at least one.

    Who decides is in each circle: `role:a & role:b` is somebody who is both. Where no one person
    can be in all of them, everybody named must approve.

    Raises:
        PolicyRefused: circles of roles leave nobody to decide.
    """
    if len(terms) == 1:
        return terms[0]
    circles = list(dict.fromkeys(one.deciders for one in terms if one.deciders))
    deciders, needed = _in_all(circles), max(one.needed for one in terms)
    if circles and not deciders:
        deciders = tuple(sorted({name for circle in circles for name in circle}))
        needed = max(needed, len(deciders))
        if any(name.startswith("role:") for name in deciders):
            raise PolicyRefused(say("the rules of {name} leave nobody to decide", name="…"))
    return Terms(
        risk=max((one.risk for one in terms), key=_RISKS.index),
        needed=needed,
        deciders=deciders,
        requester_may_decide=all(one.requester_may_decide for one in terms),
        reason_required=any(one.reason_required for one in terms),
        silence="approve" if all(one.silence == "approve" for one in terms) else "reject",
        channels=tuple(dict.fromkeys(name for one in terms for name in one.channels)),
    )


def _in_all(circles: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Who is in all the circles, as short as that can be said; nobody where it gets too long."""
    found: set[frozenset[str]] = {frozenset()}
    for circle in circles:
        more = {one | frozenset(name.split(_AND)) for one in found for name in circle}
        single = {one for one in more if sum(not name.startswith("role:") for name in one) <= 1}
        found = {one for one in single if not any(other < one for other in single)}
        if len(found) > _MOST_WAYS:
            return ()
    return tuple(sorted(_AND.join(sorted(one, key=_roles_first)) for one in found if one))


def _roles_first(name: str) -> tuple[bool, str]:
    return not name.startswith("role:"), name


class Rule(BaseModel):
    """What a policy says of one type or one tool; what it leaves out is left to the others.

    Where a type's rule and a tool's both speak, the stricter word holds: the higher risk, the
    greater number, the narrower circle, the shorter time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    timeout: float | None = Field(default=None, gt=0, le=_LONGEST)
    """Seconds until the deadline."""
    risk: Risk | None = None
    needed: int | None = Field(default=None, ge=1)
    deciders: tuple[str, ...] | None = None
    requester_may_decide: bool | None = None
    require_reason: bool | None = None
    silence: Silence | None = None
    content_schema: dict[str, Any] | None = None
    """JSON Schema of the content, which edits must keep to as well."""

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        named = self.deciders or ()
        by_role = any(one.startswith("role:") for one in named)
        if named and not by_role and len(set(named)) < (self.needed or 1):
            raise ValueError(f"needed is {self.needed}, but only {len(set(named))} may decide")
        if self.content_schema is not None and (problem := schema_fault(self.content_schema)):
            raise ValueError(f"content_schema is no JSON Schema: {problem}")
        return self


_SECONDS = {
    ApprovalType.CRITICAL_DECISION: 600,
    ApprovalType.DATA_VALIDATION: 300,
    ApprovalType.FINAL_REPORT: 900,
    ApprovalType.GENERAL: 180,
}


class HITLPolicy(BaseModel):
    """The rules of an inbox. Times are seconds.

    Without a rule of its own a type has its usual time (600, 300, 900 or 180 seconds), or
    `default_timeout` once that is given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    default_timeout: float = Field(default=300, gt=0, le=_LONGEST)
    max_timeout: float = Field(default=3600, gt=0, le=_LONGEST)
    auto_approve_low_risk: bool = False
    require_reason_for_rejection: bool = True
    enable_notifications: bool = True
    notification_channels: list[str] = ["websocket", "email"]
    types: dict[ApprovalType, Rule] = Field(default_factory=dict)
    tools: dict[str, Rule] = Field(default_factory=dict)

    @field_validator("types", "tools", mode="before")
    @classmethod
    def _risk_alone_will_do(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {name: {"risk": one} if isinstance(one, str) else one for name, one in given.items()}

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        rules = {**{str(kind): rule for kind, rule in self.types.items()}, **self.tools}
        given = {name: rule.timeout for name, rule in rules.items() if rule.timeout is not None}
        given["default_timeout"] = self.default_timeout
        for name, seconds in given.items():
            if seconds > self.max_timeout:
                raise ValueError(
                    f"{name}: {seconds:g} s is above max_timeout, {self.max_timeout:g}"
                )
        return self

    @property
    def channels(self) -> tuple[str, ...]:
        """By which channels people are told, where they are set up: unless it was said, by all."""
        if not self.enable_notifications:
            return ()
        if "notification_channels" in self.model_fields_set:
            return tuple(self.notification_channels)
        return (*self.notification_channels, "slack", "webhook")

    def terms(self, kind: ApprovalType, tool: str | None = None) -> Terms:
        """What holds for a request of that type that is about that tool.

        Raises:
            PolicyRefused: nobody may decide by both rules.
        """
        rules = self._rules(kind, tool)
        risks = [rule.risk for rule in rules if rule.risk]
        circles = [set(rule.deciders) for rule in rules if rule.deciders]
        deciders = sorted(set.intersection(*circles)) if circles else []
        if circles and not deciders:
            raise PolicyRefused(
                say("the rules of {name} leave nobody to decide", name=tool or kind)
            )
        reasons = [rule.require_reason for rule in rules if rule.require_reason is not None]
        own = [one.requester_may_decide for one in rules if one.requester_may_decide is not None]
        silences = {rule.silence for rule in rules} - {None}
        return Terms(
            risk=max(risks, key=_RISKS.index, default="medium"),
            needed=max((rule.needed for rule in rules if rule.needed), default=1),
            deciders=tuple(deciders),
            requester_may_decide=bool(own) and all(own),
            reason_required=any(reasons) if reasons else self.require_reason_for_rejection,
            silence="approve" if silences == {"approve"} else "reject",
            channels=self.channels,
        )

    def seconds(self, kind: ApprovalType, tool: str | None, asked: float | None) -> float:
        """Until when a decision is waited for; `asked` is what the requester wants.

        Raises:
            PolicyRefused: it is not above 0, or above `max_timeout`.
        """
        if asked is not None:
            if not 0 < asked <= self.max_timeout:
                problem = say(
                    "timeout is above 0 and at most {most:g} s, not {asked:g}",
                    most=self.max_timeout,
                    asked=asked,
                )
                raise PolicyRefused(problem)
            return asked
        ruled = [rule.timeout for rule in self._rules(kind, tool) if rule.timeout is not None]
        usual = self.default_timeout
        if "default_timeout" not in self.model_fields_set:
            usual = _SECONDS[kind]
        return min(*ruled, self.max_timeout) if ruled else min(usual, self.max_timeout)

    def check_content(self, kind: ApprovalType, tool: str | None, content: Any) -> None:
        """Raises:
        PolicyRefused: the content breaks the schema of its type or tool.
        """
        for rule in self._rules(kind, tool):
            problems = schema_problems(rule.content_schema, content) if rule.content_schema else []
            if problems:
                raise PolicyRefused("; ".join(problems))

    def _rules(self, kind: ApprovalType, tool: str | None) -> list[Rule]:
        found = [self.types.get(kind), self.tools.get(tool) if tool is not None else None]
        return [rule for rule in found if rule is not None]


def same_name(one: str, other: str) -> bool:
    """Whether people would take the two for one name."""
    return one.casefold() == other.casefold()


def require_right(
    terms: Terms, *, by: str, roles: Iterable[str] = (), requested_by: str | None
) -> None:
    """Raises:
    NotAllowed: the terms do not let this person decide.
    """
    is_own = requested_by is not None and same_name(by, requested_by)
    if is_own and not terms.requester_may_decide:
        raise NotAllowed(by, say("who asked does not decide"))
    names = {by.casefold()} if not by.startswith("role:") else set()
    names |= {f"role:{role}".casefold() for role in roles}
    circle = [one.casefold() for one in terms.deciders]
    if circle and not any(one in names or set(one.split(_AND)) <= names for one in circle):
        raise NotAllowed(
            by, say("deciding is up to {deciders}", deciders=", ".join(terms.deciders))
        )
