"""Tables as plain text, Markdown and HTML; cells are escaped."""

from __future__ import annotations

import html
from dataclasses import dataclass

from viz.style.escape import clean, markdown_text


@dataclass(frozen=True)
class Table:
    """A title, the names of the columns, and rows of cells.

    The last `numbers` columns are aligned right.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int

    def plain(self) -> str:
        """The table as lines of text.

        >>> print(Table("T", ("a", "b"), (("x", "1.5"), ("longer", "2")), 1).plain())
        T
        a         b
        x       1.5
        longer    2
        """
        rows = [self.head, *([_line(cell) for cell in row] for row in self.rows)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.head))]
        lines = ["  ".join(self._aligned(cell, i, widths[i]) for i, cell in enumerate(row)).rstrip() for row in rows]
        return "\n".join([self.title, *lines])

    def markdown(self) -> str:
        """The table in Markdown."""
        rule = "|".join("---:" if self._is_number(i) else "---" for i in range(len(self.head)))
        rows = [f"| {' | '.join(markdown_text(_line(cell)) for cell in row)} |" for row in self.rows]
        return "\n".join([f"**{self.title}**", "", f"| {' | '.join(self.head)} |", f"|{rule}|", *rows])

    def html(self) -> str:
        """The table in HTML."""
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.head)
        rows = ["".join(self._cell(_line(cell), i) for i, cell in enumerate(row)) for row in self.rows]
        body = "\n".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table>\n<caption>{html.escape(self.title)}</caption>\n<tr>{head}</tr>\n{body}\n</table>"

    def _is_number(self, column: int) -> bool:
        return column >= len(self.head) - self.numbers

    def _aligned(self, cell: str, column: int, width: int) -> str:
        return cell.rjust(width) if self._is_number(column) else cell.ljust(width)

    def _cell(self, cell: str, column: int) -> str:
        style = ' style="text-align:right"' * self._is_number(column)
        return f"<td{style}>{html.escape(cell)}</td>"


def _line(cell: str) -> str:
    return clean(cell).replace("\n", " ")
