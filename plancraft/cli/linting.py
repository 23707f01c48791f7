"""The command that looks for what must not stand before a pause."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from plancraft.cli.failing import Refused
from plancraft.locale import LANGUAGES, say, speaking
from plancraft.purity.findings import Finding
from plancraft.purity.linting import lint
from plancraft.purity.reporting import FORMATS, report
from plancraft.purity.rules import RULES

__all__ = ["lint_command"]

MANY = 50
STDIN = Path("<stdin>")
READABLE = {".py", ".pyi", ".ipynb"}


@click.command("lint", help=say("Look for what must not stand before a pause; nothing is run."))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--select", help=say("Only these rules, for example PC101,PC2"))
@click.option("--ignore", help=say("Not these rules"))
@click.option("--explain", metavar="CODE", help=say("Say why a rule is there"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("Language of the texts"))
def lint_command(
    paths: tuple[Path, ...],
    form: Any,
    select: str | None,
    ignore: str | None,
    explain: str | None,
    lang: Any,
) -> None:
    with speaking(lang):
        if explain is not None:
            click.echo(_explained(explain.upper()))
            return
        wanted, unwanted = _codes(select), _codes(ignore)
        texts = {STDIN: sys.stdin.read()} if Path("-") in paths else {}
        refused = {path: why for path in paths if (why := _why_not(path))}
        given = [STDIN if path == Path("-") else path for path in paths if path not in refused]
        done = lint(given if paths else [Path()], watch=_shown, texts=texts)
        findings = [one for one in done.findings if _is_wanted(one, wanted, unwanted)]
        _tell(findings, form, done.files)
        for why in refused.values():
            _refuse(why)
        for error in done.unread:
            _refuse(say("cannot read {path}: {reason}", path=error.path, reason=error.reason))
        sys.exit(2 if refused or done.unread else 1 if findings else 0)


def _why_not(path: Path) -> str | None:
    if path == Path("-"):
        return None
    if not path.exists():
        return say("there is no file {path}", path=path)
    if path.is_file() and path.suffix not in READABLE:
        return say("{path} is neither Python nor a notebook", path=path)
    return None


def _explained(code: str) -> str:
    rule = RULES.get(code)
    if rule is None:
        raise Refused(say("there is no rule {code}; rules: {known}", code=code,
                          known=", ".join(RULES)))  # fmt: skip
    return f"{code} {rule.name}\n\n{say(rule.why)}"


def _codes(given: str | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    codes = tuple(one.strip().upper() for one in given.split(",") if one.strip())
    for one in codes:
        if not any(code.startswith(one) for code in RULES):
            known = ", ".join(RULES)
            raise Refused(say("there is no rule {code}; rules: {known}", code=one, known=known))
    return codes


def _is_wanted(
    finding: Finding, wanted: tuple[str, ...] | None, unwanted: tuple[str, ...] | None
) -> bool:
    if wanted is not None and not finding.code.startswith(wanted):
        return False
    return not (unwanted and finding.code.startswith(unwanted))


def _tell(findings: list[Finding], form: Any, files: int) -> None:
    if findings or form == "json":
        click.echo(report(findings, form))
    if form != "text":
        return
    searched = say("1 file") if files == 1 else say("{count} files", count=files)
    if findings:
        count = len(findings)
        found = say("1 finding") if count == 1 else say("{count} findings", count=count)
        click.echo(say("{findings} in {files}", findings=found, files=searched))
    else:
        click.echo(say("Nothing found in {files}.", files=searched))


def _refuse(message: str) -> None:
    click.echo(say("plancraft: {message}", message=message), err=True)


def _shown(files: Iterable[Path]) -> Iterable[Path]:
    files = list(files)
    if len(files) < MANY or not sys.stderr.isatty():
        yield from files
        return
    with click.progressbar(files, label=say("Reading"), file=sys.stderr) as bar:
        yield from bar
