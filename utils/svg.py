"""The few shapes that pictures are made of. Every text is escaped; nothing comes from a network."""

from dataclasses import dataclass
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

__all__ = [
    "INK",
    "MUTED",
    "Svg",
    "arrow_tip",
    "circle",
    "clipped",
    "curve",
    "rectangle",
    "text",
    "width_of",
]

INK = "#1f2933"
MUTED = "#667380"
_FONT = "font-family:system-ui,'Noto Sans KR',sans-serif"


@dataclass(frozen=True)
class Svg:
    """A picture. Notebooks show it; `str()` is the file to save."""

    body: str
    width: float
    height: float
    title: str

    def __str__(self) -> str:
        size = f'width="{self.width:g}" height="{self.height:g}"'
        box = f'viewBox="0 0 {self.width:g} {self.height:g}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img" '
            f'style="{_FONT};max-width:100%;height:auto"><title>{escape(self.title)}</title>'
            f'<rect width="100%" height="100%" fill="white"/>{self.body}</svg>'
        )

    def _repr_svg_(self) -> str:
        return str(self)


def text(x: float, y: float, said: str, *, size: int = 13, colour: str = INK, **more: str) -> str:
    """One line of text; `more` are attributes, an underscore for a dash."""
    place = f'x="{x:g}" y="{y:g}" font-size="{size}" fill="{colour}"'
    return f"<text {place}{_attributes(more)}>{escape(_printable(said))}</text>"


def rectangle(x: float, y: float, width: float, height: float, **more: str) -> str:
    """A box with round corners."""
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6"'
    return f"<rect {place}{_attributes(more)}/>"


def circle(x: float, y: float, radius: float, **more: str) -> str:
    """A dot."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}"{_attributes(more)}/>'


def curve(path: str, **more: str) -> str:
    """A line along SVG path commands."""
    return f'<path d="{path}" fill="none"{_attributes(more)}/>'


def arrow_tip(x: float, y: float, *, turned: int, colour: str) -> str:
    """The head of an arrow that ends there; it points down before it is turned."""
    place = f'transform="translate({x:g} {y:g}) rotate({turned})"'
    return f'<path d="M0 0 l-5 -9 h10 z" fill="{colour}" {place}/>'


def width_of(said: str, size: int = 13) -> float:
    """About how wide the text is; characters of East Asia take twice the room."""
    return sum(size * (1.0 if east_asian_width(one) in "WF" else 0.56) for one in said)


def clipped(said: str, most: float, size: int = 13) -> str:
    """The text's start, as much as fits."""
    said = " ".join(said.split())
    if width_of(said, size) <= most:
        return said
    while said and width_of(said + "…", size) > most:
        said = said[:-1]
    return said + "…"


def _attributes(more: dict[str, str]) -> str:
    return "".join(f" {name.replace('_', '-')}={quoteattr(value)}" for name, value in more.items())


def _printable(said: str) -> str:
    """XML takes no control characters."""
    return "".join(
        one if one >= " " and one not in "\ufffe\uffff" else " "
        for one in said
        if not "\ud800" <= one <= "\udfff"
    )
