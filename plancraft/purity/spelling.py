"""Code as text, each piece written once."""

import ast

__all__ = ["called_name", "text_of", "written"]


def written(node: ast.AST) -> str:
    """The code in one spelling."""
    text: str | None = getattr(node, "plancraft_written", None)
    if text is None:
        text = _plain(node) or ast.unparse(node)
        node.plancraft_written = text  # type: ignore[attr-defined]  # lives as long as the node
    return text


def _plain(node: ast.AST) -> str | None:
    # Most of what is asked for is a dotted name, which needs no unparser.
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        owner = _plain(node.value)
        return f"{owner}.{node.attr}" if owner else None
    return None


def called_name(node: ast.expr) -> str:
    """The last name of what is called: `c` for `a.b.c`, "" for what has no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def text_of(node: ast.AST) -> str:
    """The code, short enough for a line."""
    if isinstance(node, ast.Await):
        node = node.value
    if isinstance(node, ast.If | ast.While):
        node = node.test
    if isinstance(node, ast.Call):
        dots = "..." if node.args else ""
        text = f"{written(node.func)}({dots})"
    else:
        text = written(node)
    text = " ".join(text.split())
    return f"`{text if len(text) <= 60 else text[:59] + '…'}`"
