"""What a person says at a gate changes what follows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver

import plancraft as pc
from plancraft.a2a.research import Library, build_research_graph, nodes
from plancraft.errors import NoDocuments, StateError
from plancraft.interrupts import ApprovalAnswer
from tests.a2a.research.conftest import Research, filled

Begin = Callable[..., Research]


def cited(findings: list[str]) -> set[str]:
    return {one.rsplit("[", 1)[1].split(":")[0] for one in findings if "[" in one}


def test_three_gates_with_the_seeds_keys_then_a_report(
    folder: Path, sqlite_saver: SqliteSaver
) -> None:
    asked = Research("What is alarm fatigue?", Library.open(folder), saver=sqlite_saver)
    seen = []
    while asked.gate:
        seen.append((asked.gate, asked.payload["data"]["approval_type"], set(asked.content)))
        asked.approve()

    assert seen == [
        (
            "plan",
            "critical_decision",
            {"topic", "methodology", "expected_sources", "estimated_time", "key_questions"},
        ),
        (
            "data",
            "data_validation",
            {"total_sources", "reliability_score", "key_findings", "potential_issues"},
        ),
        (
            "report",
            "final_report",
            {
                "executive_summary",
                "detailed_analysis",
                "recommendations",
                "sources",
                "confidence_level",
                "limitations",
            },
        ),
    ]
    assert asked.state["outcome"] == "approved"
    assert asked.state["written_by"] == "extractive"
    assert asked.state["report_text"].startswith("# What is alarm fatigue?\n\n## Summary\n")
    assert [one["by"] for one in pc.get_hitl_history(asked.state)] == ["mina"] * 3


def test_the_edited_questions_are_what_is_searched(research: Begin) -> None:
    asked = research()
    asked.approve(key_questions=["When must a request be closed?"])

    assert cited(asked.content["key_findings"]) == {"deadlines.txt"}
    assert "### When must a request be closed?" in asked.finished()["report_text"]
    assert "What is alarm fatigue" not in asked.state["report"]["detailed_analysis"]


def test_only_the_sources_that_were_left_are_searched(research: Begin) -> None:
    asked = research()
    assert "audits.html" in asked.content["expected_sources"]
    asked.approve(expected_sources=["audits.html", "gone.md"])

    assert cited(asked.content["key_findings"]) == {"audits.html"}
    assert "There is no document gone.md." in asked.content["potential_issues"]


def test_an_edited_topic_is_asked_too_and_heads_the_report(research: Begin) -> None:
    asked = research().approve(topic="Missed deadlines")

    assert "deadlines.txt" in cited(asked.content["key_findings"])
    assert asked.finished()["report_text"].startswith("# Missed deadlines\n")


def test_a_dropped_finding_is_nowhere_in_the_report(research: Begin) -> None:
    asked = research().approve()
    first, *others = asked.content["key_findings"]
    asked.approve(key_findings=others)

    dropped = first.split(" [")[0]
    assert dropped not in str(asked.content)
    assert dropped not in asked.finished()["report_text"]


def test_a_reviewers_words_and_additions_are_told_from_the_documents(research: Begin) -> None:
    asked = research().approve()
    first, *_ = asked.content["key_findings"]
    place = first[first.rindex("[") :]
    asked.approve(key_findings=[f"Put otherwise. {place}", "Alarm bells are my own idea."])

    report = asked.finished()["report"]
    assert f"- Put otherwise. {place}" in report["detailed_analysis"]
    assert "- Alarm bells are my own idea." in report["detailed_analysis"]
    assert "Statements of the reviewer without a document: 1." in report["limitations"]
    assert "Findings in the reviewer's wording: 1." in report["limitations"]
    assert report["sources"] == [place.strip("[]").replace(":", ": ")]


def test_edited_issues_are_the_limitations(research: Begin) -> None:
    asked = research().approve().approve(potential_issues=["The texts are old."])

    assert "The texts are old." in asked.content["limitations"]
    assert not any("alone" in one for one in asked.content["limitations"])


def test_the_report_is_handed_over_as_edited(research: Begin) -> None:
    asked = research().approve().approve().approve(executive_summary="In short: fewer alarms.")

    assert asked.state["report"]["executive_summary"] == "In short: fewer alarms."
    assert "In short: fewer alarms." in asked.state["report_text"]


def test_a_rejected_plan_is_made_again_with_the_reason(research: Begin) -> None:
    asked = research()
    first = asked.content
    asked.reject("Please add missed deadlines, but not remedies. Exclude audits.html")

    second = asked.content
    assert second["key_questions"][0] == "What is said about “missed, deadlines”?"
    assert "Planned again after: “Please add missed deadlines" in second["methodology"]
    assert "audits.html" in first["expected_sources"]
    assert "audits.html" not in second["expected_sources"]
    assert not any("emedies" in one for one in second["key_questions"])
    asked.approve()
    assert "deadlines.txt" in cited(asked.content["key_findings"])
    assert "audits.html" not in cited(asked.content["key_findings"])


def test_rejected_data_is_searched_again_without_what_the_reason_names(research: Begin) -> None:
    asked = research().approve()
    assert "audits.html" in cited(asked.content["key_findings"])
    asked.reject("audits.html is unreliable; look at missed deadlines")

    assert cited(asked.content["key_findings"]) == {"alarms.md", "deadlines.txt"}
    issues = "\n".join(asked.content["potential_issues"])
    assert "Searched again after: “audits.html is unreliable" in issues
    assert "Not searched: audits.html." in issues


def test_a_reason_nothing_is_found_for_is_said(research: Begin) -> None:
    asked = research().approve().reject("What about zeppelins?")

    gap = "No document says enough to answer: What is said about “zeppelins”?"
    assert gap in asked.content["potential_issues"]


def test_a_rejected_report_is_written_again_with_the_reason(research: Begin) -> None:
    asked = research().approve().approve()
    first = asked.content
    asked.reject("Shorter, and focus on attention and dirigibles")

    second = asked.content
    assert second["executive_summary"] != first["executive_summary"]
    assert "Every needless alarm costs attention." in second["executive_summary"]
    assert any("Written again after: “Shorter" in one for one in second["limitations"])
    assert "Asked for, but in no finding: dirigibles." in second["limitations"]
    assert len(second["detailed_analysis"]) < len(first["detailed_analysis"])


def test_a_source_named_when_a_report_is_rejected_is_left_out_of_it(research: Begin) -> None:
    asked = research().approve().approve()
    assert "audits.html" in str(asked.content["sources"])
    asked.reject("Do not use audits.html")

    assert "audits.html" not in str(asked.content["sources"])
    assert "audits.html:" not in asked.content["detailed_analysis"]


def test_a_rejection_taken_twice_counts_once(research: Begin) -> None:
    asked = research().reject("no")
    (first,) = asked.state["rejections"]
    answer = ApprovalAnswer.model_construct(decision="reject", reason="no")
    once = nodes._rejected(asked.state, "plan", answer)
    twice = nodes._rejected({**asked.state, **once}, "plan", answer)

    assert once["rejections"] == [first, {"gate": "plan", "reason": "no", "key": answer.key}]
    assert twice == {}


def test_a_report_sent_back_without_a_wish_says_something_else(research: Begin) -> None:
    asked = research().approve().approve()
    first = asked.content["executive_summary"]

    assert asked.reject("not good").content["executive_summary"] != first


@pytest.mark.parametrize("gate", ["plan", "data", "report"])
def test_the_last_rejection_ends_it_honestly(research: Begin, gate: str) -> None:
    asked = research(rounds=2)
    while asked.gate != gate:
        asked.approve()
    assert asked.payload["data"]["rejections_left"] == 2
    asked.reject("no")
    assert asked.payload["data"]["rejections_left"] == 1
    assert "ends without a report" in asked.payload["data"]["consequences"]["reject"]
    asked.reject("still no")

    assert asked.gate is None
    assert asked.state["outcome"] == "rejected"
    assert asked.state["report"] is None
    assert "was rejected 2 times" in asked.state["report_text"]
    assert "still no" in asked.state["report_text"]


def test_three_rejections_are_the_limit_unless_told_otherwise(research: Begin) -> None:
    asked = research().reject("no").reject("no")
    assert asked.gate == "plan"
    assert asked.reject("no").gate is None
    with pytest.raises(ValueError, match="rounds"):
        build_research_graph(rounds=0)


def test_a_new_question_on_the_thread_starts_afresh(research: Begin) -> None:
    asked = research(rounds=1).reject("no")
    pc.start(asked.graph, {"query": "missed deadlines"}, "t")

    assert asked.gate == "plan"
    assert asked.state["outcome"] is None
    assert asked.finished()["outcome"] == "approved"


def test_where_no_library_is_fixed_the_input_names_it(folder: Path, tmp_path: Path) -> None:
    asked = Research("alarm fatigue", None, state={"documents": str(folder)})
    assert "alarms.md" in asked.content["expected_sources"]

    fixed = Library.open(folder)
    other = filled(tmp_path / "other", {"own.md": "Alarm fatigue is another one here.\n"})
    asked = Research("alarm fatigue", fixed, state={"documents": str(other)})
    assert "own.md" not in asked.content["expected_sources"]


def test_what_cannot_be_researched_is_refused(folder: Path, tmp_path: Path) -> None:
    def begin(library: Library | None, state: dict[str, Any]) -> None:
        graph = build_research_graph(library).compile(checkpointer=InMemorySaver())
        graph.invoke(state, {"configurable": {"thread_id": "t"}})

    for state in ({"query": " "}, {"query": 5}, {}, {"query": "?!"}):
        with pytest.raises(StateError, match="query"):
            begin(Library.open(folder), state)
    with pytest.raises(NoDocuments):
        begin(None, {"query": "alarms"})
    with pytest.raises(NoDocuments):
        begin(None, {"query": "alarms", "documents": str(tmp_path / "gone")})


def test_odd_edits_break_nothing(research: Begin) -> None:
    asked = research().approve(
        key_questions="When must a request be closed?\n\n What is alarm fatigue? ",
        topic=7,
        expected_sources=None,
    )
    assert asked.state["agreed"]["key_questions"] == [
        "When must a request be closed?",
        "What is alarm fatigue?",
    ]
    asked.approve(key_findings=[], potential_issues={"a": 1})
    assert asked.finished()["report"]["confidence_level"] == "low"
