"""The steps of a research. Those that ask do nothing else before they ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import dispatch_custom_event
from langchain_core.language_models import BaseChatModel
from langgraph.config import get_stream_writer

from plancraft.a2a.research import gates
from plancraft.a2a.research.documents import Library, Shelf
from plancraft.a2a.research.gathering import Gathered, as_text, gather, is_searched, reliability
from plancraft.a2a.research.index import Index, covered
from plancraft.a2a.research.modelling import model_name, plan_by, report_by
from plancraft.a2a.research.planning import make_plan
from plancraft.a2a.research.rendering import render_report
from plancraft.a2a.research.retrieving import retriever_name
from plancraft.a2a.research.state import Finding, Gate, ResearchState, reasons, rejections
from plancraft.a2a.research.wishes import wishes_of
from plancraft.a2a.research.words import content_words, named, tokens
from plancraft.a2a.research.writing import (
    limits_of,
    matching_question,
    wanted_findings,
    write,
)
from plancraft.errors import NoDocuments, StateError
from plancraft.interrupts import ApprovalAnswer, after_resume, ask
from plancraft.locale import LANGUAGES, language_in, say, speaking

__all__ = ["EXTRACTIVE", "Steps"]

EXTRACTIVE = "extractive"
"""`written_by` when no chat model wrote the report."""

QUERY_CHARS = 2000


@dataclass(frozen=True)
class Steps:
    """The nodes, over a library, a model and a retriever."""

    documents: Library | None
    model: BaseChatModel | None
    retriever: Any
    rounds: int

    def begin(self, state: ResearchState) -> dict[str, Any]:
        """Take the question; what an earlier one left on the thread is cleared."""
        query = state.get("query")
        if not isinstance(query, str) or not content_words(query):
            raise StateError(say("query is a text that says what is to be found out"))
        language = state.get("language")
        return {
            "query": query.strip()[:QUERY_CHARS],
            "language": language if language in LANGUAGES else language_in(query),
            "rejections": [],
            "findings": [],
            "issues": [],
            "report": None,
            "report_text": "",
            "outcome": None,
            "written_by": "",
        }

    def make_plan(self, state: ResearchState) -> dict[str, Any]:
        """Say what is to be asked of which documents."""
        with speaking(state["language"]):
            _tell(say("Planning: {query}", query=state["query"][:80]))
            shelf = self._shelf(state)
            why = reasons(state, "plan")
            plan = make_plan(
                state["query"],
                shelf,
                wishes_of(why, list(shelf.titles)),
                reason=why[-1] if why else "",
                retriever=retriever_name(self.retriever),
            )
            return {"plan": self._planned(state, plan, shelf, why)}

    def review_plan(self, state: ResearchState) -> dict[str, Any]:
        """Ask whether this is the research to do."""
        answer = ask(gates.plan_gate(state, self.rounds))
        if not answer.approved:
            return _rejected(state, "plan", answer)
        return {**after_resume(state, answer), "agreed": _agreed(state, answer)}

    def gather(self, state: ResearchState) -> dict[str, Any]:
        """Search what was agreed."""
        with speaking(state["language"]):
            questions = self._questions(state)
            _tell(say("Searching for {count} questions", count=len(questions)))
            found = self._gathered(state, questions)
            _tell(say("Findings: {count}", count=len(found.findings)))
        return {"data": found.content(), "findings": found.findings, "issues": found.issues}

    def review_data(self, state: ResearchState) -> dict[str, Any]:
        """Ask whether the findings will do."""
        answer = ask(gates.data_gate(state, self.rounds))
        if not answer.approved:
            return _rejected(state, "data", answer)
        content = _object(answer.approved_content)
        return {
            **after_resume(state, answer),
            "findings": self._approved(state, texts_of(content.get("key_findings"))),
            "issues": texts_of(content.get("potential_issues")),
        }

    def write(self, state: ResearchState) -> dict[str, Any]:
        """Write the report from what was approved."""
        with speaking(state["language"]):
            _tell(say("Writing the report"))
            return self._written(state)

    def review_report(self, state: ResearchState) -> dict[str, Any]:
        """Ask whether the report may go out."""
        answer = ask(gates.report_gate(state, self.rounds))
        if not answer.approved:
            return _rejected(state, "report", answer)
        return {**after_resume(state, answer), "report": _object(answer.approved_content)}

    def finish(self, state: ResearchState) -> dict[str, Any]:
        """The report as text, or why there is none."""
        report = state.get("report")
        if report is None:
            return {"outcome": "rejected", "report_text": _why_none(state)}
        text = render_report(report, state["language"], topic=state["agreed"]["topic"])
        return {"outcome": "approved", "report_text": text}

    def after(self, state: ResearchState, gate: Gate) -> str:
        """Where an answered gate leads: `on`, `again` or `end`."""
        approval = state.get("approval") or {}
        if approval.get("decision") != "reject":
            return "on"
        return "again" if len(rejections(state, gate)) < self.rounds else "end"

    def _shelf(self, state: ResearchState) -> Shelf:
        if self.documents:
            return self.documents.shelf()
        if path := state.get("documents"):
            return Library.open(path).shelf()
        if self.retriever is not None:
            return Shelf(Index(()), {}, ())
        raise NoDocuments("-")

    def _planned(
        self, state: ResearchState, plan: dict[str, Any], shelf: Shelf, why: list[str]
    ) -> dict[str, Any]:
        if self.model is None:
            return plan
        name = model_name(self.model)
        hits = shelf.index.search(state["query"])
        found = plan_by(self.model, state["query"], hits, why, state["language"])
        how = (
            say("Key questions and report are written by {model} from the passages.", model=name)
            if found
            else say(
                "The plan of {model} could not be read; this one was made without it.", model=name
            )
        )
        return {**plan, **(found or {}), "methodology": f"{plan['methodology']} {how}"}

    def _questions(self, state: ResearchState) -> list[str]:
        agreed = state["agreed"]
        questions = list(agreed["key_questions"])
        wishes = wishes_of(reasons(state, "data"), _sources(state))
        if wishes.wanted:
            questions.append(say("What is said about “{subject}”?", subject=named(wishes.wanted)))
        if agreed["topic"] != state["plan"]["topic"] and not _is_asked(agreed["topic"], questions):
            questions.append(agreed["topic"])
        return questions

    def _gathered(self, state: ResearchState, questions: list[str]) -> Gathered:
        shelf = self._shelf(state)
        wishes = wishes_of(reasons(state, "data"), [*shelf.titles, *_sources(state)])
        before = wishes_of(reasons(state, "plan"), list(shelf.titles))
        without = {*wishes.without, *(() if "only" in state["agreed"] else before.without)}
        only = state["agreed"].get("only")
        name = retriever_name(self.retriever)
        asks = self.retriever is not None and is_searched(name, only, without)
        # A list that names the retriever lets its results in, whatever their addresses.
        web = asks and only is not None
        found = gather(
            questions,
            shelf,
            only=lambda file: is_searched(
                file, None if web and file not in shelf.titles else only, without
            ),
            retriever=self.retriever if asks else None,
            rounds=len(reasons(state, "data")),
        )
        barred = {token for word in wishes.unwanted for token in word.tokens}
        kept = [one for one in found.findings if not barred & set(tokens(one["text"]))]
        issues = [*found.issues, *_unknown(only, shelf, name), *_followed(state, without)]
        return Gathered(kept, issues, reliability(questions, kept))

    def _approved(self, state: ResearchState, texts: list[str]) -> list[Finding]:
        known = {as_text(one): one for one in state["findings"]}
        with speaking(state["language"]):
            return [known.get(text) or _edited(text, state) for text in texts]

    def _written(self, state: ResearchState) -> dict[str, Any]:
        why = reasons(state, "report")
        questions, findings = state["agreed"]["key_questions"], state["findings"]
        draft = write(questions, findings, state["issues"], why)
        if self.model is None or not findings:
            return {"draft": draft, "written_by": EXTRACTIVE}
        name = model_name(self.model)
        wishes = wishes_of(why, [one["file"] for one in findings])
        kept = wanted_findings(findings, wishes)
        found = report_by(self.model, questions, kept, why, state["language"])
        if found is None:
            failed = say(
                "The report of {model} could not be used; this one is extractive.", model=name
            )
            limits = [failed, *draft["limitations"]]
            return {"draft": {**draft, "limitations": limits}, "written_by": EXTRACTIVE}
        parts, remarks = found
        limits = [
            say(
                "Written by {model} from the cited passages; it may have misread them.", model=name
            ),
            *remarks,
            *limits_of(kept, state["issues"], why, wishes),
        ]
        return {"draft": {**draft, **parts, "limitations": limits}, "written_by": name}


def texts_of(value: Any) -> list[str]:
    """A list of texts, from whatever a person made of one: a text gives its lines."""
    if isinstance(value, str):
        value = value.splitlines()
    if not isinstance(value, list | tuple):
        return []
    plain = (" ".join(one.split()) for one in value if isinstance(one, str))
    return [text for text in dict.fromkeys(plain) if text]


def _tell(text: str) -> None:
    """To whoever streams the graph's custom output, and to its callbacks."""
    get_stream_writer()({"progress": text})
    dispatch_custom_event("progress", {"text": text})


def _object(content: Any) -> dict[str, Any]:
    return content if isinstance(content, dict) else {}


def _rejected(state: ResearchState, gate: Gate, answer: ApprovalAnswer) -> dict[str, Any]:
    known = state.get("rejections", [])
    if any(one["key"] == answer.key for one in known):
        return after_resume(state, answer)
    new = {"gate": gate, "reason": (answer.reason or "")[:1000], "key": answer.key}
    return {**after_resume(state, answer), "rejections": [*known, new]}


def _agreed(state: ResearchState, answer: ApprovalAnswer) -> dict[str, Any]:
    """The plan as approved; what a person left empty stays as it was."""
    shown, content = state["plan"], _object(answer.approved_content)
    topic = content.get("topic")
    sources = texts_of(content.get("expected_sources"))
    agreed = {
        **shown,
        "topic": topic.strip() if isinstance(topic, str) and topic.strip() else shown["topic"],
        "key_questions": texts_of(content.get("key_questions")) or shown["key_questions"],
        "expected_sources": sources or shown["expected_sources"],
    }
    if sources and sources != shown["expected_sources"]:
        agreed["only"] = sources
    return agreed


def _sources(state: ResearchState) -> list[str]:
    """Names that a reason may name: those planned and those found."""
    found = [one["file"] for one in state.get("findings", [])]
    return list(dict.fromkeys([*state["agreed"]["expected_sources"], *found]))


def _is_asked(topic: str, questions: Iterable[str]) -> bool:
    asked = content_words(topic)
    return any(covered(asked, tokens(question)) >= 0.75 for question in questions)


def _unknown(only: list[str] | None, shelf: Shelf, retriever: str) -> list[str]:
    names = {name for file in shelf.titles for name in (file, file.rsplit("/", 1)[-1])}
    missing = [one for one in only or () if one not in names and one != retriever]
    return [say("There is no document {file}.", file=one) for one in missing]


def _followed(state: ResearchState, without: set[str]) -> list[str]:
    """What the rejections of the data changed."""
    why = reasons(state, "data")
    if not why:
        return []
    said = [say("Searched again after: “{reason}”.", reason=why[-1][:200])]
    if without:
        said.append(say("Not searched: {files}.", files=", ".join(sorted(without))))
    return said


def _edited(text: str, state: ResearchState) -> Finding:
    """A finding in a person's words: of the place it still names, else the person's own."""
    cited = [one for one in state["findings"] if one["cite"] and text.endswith(f"[{one['cite']}]")]
    if cited:
        plain = text.removesuffix(f"[{cited[0]['cite']}]").strip()
        return {**cited[0], "text": plain or cited[0]["text"], "edited": True}
    return {
        "question": matching_question(text, state["agreed"]["key_questions"]),
        "text": text,
        "cite": "",
        "file": "",
        "context": text,
        "coverage": 0.0,
        "advice": False,
        "edited": True,
    }


def _why_none(state: ResearchState) -> str:
    last = state["rejections"][-1]
    with speaking(state["language"]):
        names = {"plan": say("the plan"), "data": say("the findings"), "report": say("the report")}
        return say(
            "No report: {what} was rejected {times} times, which is the limit. "
            "The last reason was: “{reason}”.",
            what=names[last["gate"]],
            times=sum(one["gate"] == last["gate"] for one in state["rejections"]),
            reason=last["reason"],
        )
