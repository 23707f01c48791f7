"""The command that checks the log of who asked and who decided."""

from pathlib import Path
from typing import Any

import click

from plancraft.approvals import Head
from plancraft.approvals.audit import verify_log, verify_requests
from plancraft.cli.failing import Refused, one_line_errors
from plancraft.cli.options import around, store_of
from plancraft.errors import LogBroken, RequestAltered
from plancraft.locale import say, speaking

__all__ = ["audit"]


@click.group(help=say("The log of who asked and who decided"))
def audit() -> None:
    """What is done with it is said by the command behind."""


@audit.command(
    help=say("Check log and requests for what was altered, removed or moved; exit 1 if so")
)
@click.option("--known", metavar="NUMBER:HASH", help=say("The end that an earlier check printed"))
@around
def verify(db: Path | None, store: str | None, lang: Any, known: str | None) -> None:
    with speaking(lang), one_line_errors():
        opened = store_of(db, store)
        assert opened is not None
        try:
            verified = verify_log(opened, known=_head(known))
            requests = verify_requests(opened)
        except (LogBroken, RequestAltered) as error:
            raise Broken(error.localized()) from error
        finally:
            opened.close()
        click.echo(say("{count} entries, each as it was written.", count=verified.entries))
        click.echo(say("{count} requests, each as the log tells of it.", count=requests))
        click.echo(
            say("The end, for --known: {end}", end=f"{verified.head.seq}:{verified.head.hash}")
        )


class Broken(Refused):
    """The log is not as it was written."""

    exit_code = 1


def _head(given: str | None) -> Head | None:
    if given is None:
        return None
    number, _, hash_ = given.partition(":")
    if not number.isdecimal() or len(hash_) != 64:
        raise Refused(say("--known takes what a check printed, NUMBER:HASH"))
    return Head(int(number), hash_.lower())
