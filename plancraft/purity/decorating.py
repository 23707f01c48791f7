"""What decorators make of functions."""

import ast

from plancraft.purity import knowledge
from plancraft.purity.following import Arguments
from plancraft.purity.gathering import is_narrow_retry
from plancraft.purity.guarding import Guarding
from plancraft.purity.modules import Source
from plancraft.purity.spelling import written
from plancraft.purity.values import NOTHING, Flow, Symbol, Value, join

__all__ = ["Decorating"]


class Decorating(Guarding):
    """The part of the walk that looks at decorators."""

    def decorate(
        self, function: Value, node: ast.FunctionDef | ast.AsyncFunctionDef, source: Source
    ) -> Value:
        """What the decorators leave of a function: those of the linted files are followed."""
        for decorator in reversed(node.decorator_list):
            with self.in_file(source) as flow:
                function = self._apply(decorator, function, flow)
        return function

    def _apply(self, decorator: ast.expr, function: Value, flow: Flow) -> Value:
        linted = [ref for ref in self.value(decorator, flow).refs if not isinstance(ref, Symbol)]
        results = [
            self.follow(decorator, ref, Arguments([function], {}, NOTHING), flow) for ref in linted
        ]
        made = [one for one in results if one is not None and one.refs]
        return join(*made) if made else function

    def judge_decorators(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Report the decorators that take a pause of their function for a failure."""
        for decorator in node.decorator_list:
            value = self.value(decorator, Flow())
            if any(not isinstance(ref, Symbol) for ref in value.refs):
                continue
            names = [ref.name for ref in value.refs if isinstance(ref, Symbol)]
            is_retry = any(knowledge.RETRIES.fullmatch(one) for one in names)
            if is_retry and not is_narrow_retry(decorator):
                self.report("PC303", self.place(decorator), f"`@{written(decorator)}`")
