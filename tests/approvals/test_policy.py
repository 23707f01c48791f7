"""What a policy freezes on a request, and what it does not let through."""

import pytest
from pydantic import ValidationError

from plancraft.approvals import ApprovalType, HITLPolicy, Rule, Terms
from plancraft.approvals.policy import require_right
from plancraft.errors import NotAllowed, PolicyRefused

GENERAL = ApprovalType.GENERAL


def test_each_type_has_its_usual_time() -> None:
    policy = HITLPolicy()

    assert [policy.seconds(kind, None, None) for kind in ApprovalType] == [600, 300, 900, 180]


def test_a_default_that_was_given_holds_for_all_types_without_a_rule() -> None:
    policy = HITLPolicy(default_timeout=60, types={"final_report": {"timeout": 90}})

    assert [policy.seconds(kind, None, None) for kind in ApprovalType] == [60, 60, 90, 60]


@pytest.mark.parametrize("asked", [3601, 0, -1, float("inf"), float("nan")])
def test_a_time_out_of_bounds_is_refused(asked: float) -> None:
    with pytest.raises(PolicyRefused, match="3600"):
        HITLPolicy().seconds(GENERAL, None, asked)


def test_a_rule_beyond_the_longest_time_is_refused_when_the_policy_is_made() -> None:
    with pytest.raises(ValidationError, match="max_timeout"):
        HITLPolicy(max_timeout=60, types={"general": {"timeout": 90}}, default_timeout=30)
    with pytest.raises(ValidationError):
        HITLPolicy(types={"general": {"tiemout": 90}})  # type: ignore[dict-item]


def test_a_lower_longest_time_lowers_the_usual_ones() -> None:
    policy = HITLPolicy(max_timeout=300)

    assert [policy.seconds(kind, None, None) for kind in ApprovalType] == [300, 300, 300, 180]


def test_of_type_and_tool_the_stricter_word_holds() -> None:
    policy = HITLPolicy(
        types={
            GENERAL: Rule(risk="low", needed=1, deciders=("mina", "role:lead"), silence="approve")
        },
        tools={"pay": Rule(risk="high", needed=2, deciders=("role:lead",), timeout=20)},
    )

    assert policy.terms(GENERAL).risk == "low"
    assert policy.terms(GENERAL).silence == "approve"
    strict = policy.terms(GENERAL, "pay")
    assert (strict.risk, strict.needed, strict.deciders) == ("high", 2, ("role:lead",))
    assert policy.seconds(GENERAL, "pay", None) == 20
    assert policy.terms(ApprovalType.FINAL_REPORT, "other") == Terms(channels=policy.channels)


def test_the_risk_of_a_tool_may_be_given_alone() -> None:
    assert HITLPolicy(tools={"search": "low"}).terms(GENERAL, "search").risk == "low"  # type: ignore[dict-item]


def test_rules_that_leave_nobody_to_decide_are_refused_not_taken_for_anybody() -> None:
    policy = HITLPolicy(
        types={GENERAL: Rule(deciders=("mina",))}, tools={"pay": Rule(deciders=("jun",))}
    )

    with pytest.raises(PolicyRefused, match="nobody"):
        policy.terms(GENERAL, "pay")


def test_notifications_can_be_switched_off() -> None:
    assert HITLPolicy(enable_notifications=False).terms(GENERAL).channels == ()
    assert HITLPolicy(notification_channels=["slack"]).terms(GENERAL).channels == ("slack",)


def test_unless_it_was_said_people_are_told_by_whatever_is_set_up() -> None:
    assert HITLPolicy().notification_channels == ["websocket", "email"]
    assert HITLPolicy().channels == ("websocket", "email", "slack", "webhook")
    assert HITLPolicy(notification_channels=["websocket", "email"]).channels == (
        "websocket",
        "email",
    )


@pytest.mark.parametrize(
    ("terms", "by", "roles", "may"),
    [
        (Terms(), "mina", (), True),
        (Terms(), "agent", (), False),
        (Terms(requester_may_decide=True), "agent", (), True),
        (Terms(deciders=("mina",)), "mina", (), True),
        (Terms(deciders=("mina",)), "jun", (), False),
        (Terms(deciders=("role:lead",)), "jun", ("lead",), True),
        (Terms(deciders=("role:lead",)), "role:lead", (), False),
        (Terms(deciders=("lead",)), "jun", ("lead",), False),
        (Terms(deciders=("agent",)), "agent", (), False),
    ],
)
def test_who_may_decide(terms: Terms, by: str, roles: tuple[str, ...], may: bool) -> None:
    def ask() -> None:
        require_right(terms, by=by, roles=roles, requested_by="agent")

    if may:
        ask()
    else:
        with pytest.raises(NotAllowed, match=by):
            ask()
