"""How values are written down: one text for equal values, and nothing shuffled on the way."""

import enum
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from plancraft.interrupts.canonical import canonical, digest_of, plain_json

ROOT = Path(__file__).parents[2]


class Colour(enum.StrEnum):
    RED = "red"


def test_fields_keep_the_order_they_were_declared_in() -> None:
    assert list(plain_json({"name": 1, "age": {"years": 1, "days": 2}})) == ["name", "age"]
    assert list(plain_json({"name": Colour.RED, "age": {1}})) == ["name", "age"]


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": {"c": 2, "d": 3}}) == digest_of({"b": {"d": 3, "c": 2}, "a": 1})


def test_what_json_lacks_has_one_spelling() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert canonical({"c": Colour.RED, "t": moment, "b": b"\xff", "s": (1, 2)}) == (
        b'{"b":"_w==","c":"red","s":[1,2],"t":"2026-01-02T03:04:05Z"}'
    )


def test_numbers_beyond_64_bits_and_half_characters_are_spelled_too() -> None:
    assert canonical(2**70) == str(2**70).encode()
    assert digest_of("\ud83d") != digest_of("\ude00")


def test_a_set_is_spelled_alike_in_every_process() -> None:
    code = (
        "from plancraft.interrupts.canonical import digest_of;"
        "print(digest_of({'of': {'mina', 'jun', 'sora', 'haru', 'bora'}}))"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(digests) == 1
