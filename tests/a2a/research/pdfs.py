"""The smallest writer of PDFs that will do: pages of lines in Latin letters.

It also made the one in `graph/library`:
`python -m tests.a2a.research.pdfs OUT.pdf < text`, pages parted by a form feed.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["pdf"]


def pdf(*pages: Sequence[str]) -> bytes:
    """A PDF of these pages; each is a list of lines."""
    numbers = [4 + 2 * at for at in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    }
    for number, lines in zip(numbers, pages, strict=True):
        content = _content(lines)
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {number + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        ).encode()
        objects[number + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
    return _file(objects)


def _content(lines: Sequence[str]) -> bytes:
    shown = "\n".join(f"({_escaped(line)}) Tj T*" for line in lines)
    return f"BT /F1 11 Tf 14 TL 56 786 Td\n{shown}\nET".encode("cp1252")


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _file(objects: dict[int, bytes]) -> bytes:
    body = b"%PDF-1.4\n"
    places = []
    for number, written in sorted(objects.items()):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, len(body))
    )


if __name__ == "__main__":
    texts = sys.stdin.read().split("\f")
    Path(sys.argv[1]).write_bytes(pdf(*[text.strip("\n").split("\n") for text in texts]))
