"""The Python code of a notebook."""

import json
import re

__all__ = ["NOTEBOOK", "code_of_notebook"]

NOTEBOOK = ".ipynb"
_HELP = re.compile(r"[\w.]+\?{1,2}\s*")
_PYTHON_CELLS = ("%%time", "%%timeit", "%%capture", "%%prun")


def code_of_notebook(text: str) -> tuple[str, tuple[int, ...]]:
    """The code cells one after another, and the line before each.

    Raises:
        ValueError: it is no notebook.
    """
    notebook = json.loads(text)
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("no notebook")
    cells = notebook["cells"]
    lines: list[str] = []
    starts = []
    for cell in cells:
        if cell.get("cell_type") != "code":
            continue
        starts.append(len(lines))
        source = cell.get("source", "")
        code = source if isinstance(source, str) else "".join(source)
        lines += _without_magic(code.splitlines())
    return "\n".join([*lines, ""]), tuple(starts)


def _without_magic(lines: list[str]) -> list[str]:
    """The lines of a cell; those meant for IPython do nothing."""
    first = next((one.strip() for one in lines if one.strip()), "")
    if first.startswith("%%") and not first.startswith(_PYTHON_CELLS):
        return ["" for _ in lines]  # another language
    return [_plain(one) for one in lines]


def _plain(line: str) -> str:
    code = line.lstrip()
    if code.startswith(("%", "!", "?")) or _HELP.fullmatch(code):
        return f"{line[: len(line) - len(code)]}pass"
    return line
