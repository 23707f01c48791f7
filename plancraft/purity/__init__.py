"""Only pure code before a pause: the linter's rules, and what a running node does to the world."""

from plancraft.purity.findings import Finding, Place
from plancraft.purity.linting import Linted, lint
from plancraft.purity.reading import UnreadableFile
from plancraft.purity.rules import RULES, Rule

__all__ = ["RULES", "Finding", "Linted", "Place", "Rule", "UnreadableFile", "lint"]
