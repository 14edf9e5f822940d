"""XlsxWriter's sheet with its two inner loops made shorter: a night writes thousands of small sheets.

What is written is the same, but for the hint `spans` of a row, which is optional. Cells of a kind that no form has are
left to XlsxWriter.
"""

from __future__ import annotations

from functools import cache
from typing import Any

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@cache
def sheet_class() -> Any:
    """The class of the sheets of all workbooks; made when a night first publishes, for only that needs XlsxWriter."""
    from xlsxwriter.worksheet import Worksheet

    class Sheet(Worksheet):
        """A sheet whose cells are addressed by numbers alone."""

        def write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> int:
            return int(self._write_string(row, col, string, cell_format))

        def write_number(self, row: int, col: int, number: float, cell_format: Any = None) -> int:
            return int(self._write_number(row, col, number, cell_format))

        def write_blank(self, row: int, col: int, blank: Any, cell_format: Any = None) -> int:
            return int(self._write_blank(row, col, blank, cell_format))

        def _write_rows(self) -> None:
            write = self.fh.write
            for row in sorted({*self.row_info, *self.table}):
                cells = self.table.get(row)
                if not cells:
                    self._write_empty_row(row, None, self.row_info.get(row))
                    continue
                self._write_row(row, None, self.row_info.get(row))
                for column in sorted(cells):
                    cell = cells[column]
                    kind = cell.__class__.__name__
                    if (
                        not cell.format
                        or column >= len(_LETTERS)
                        or kind not in ("String", "Number", "Datetime", "Blank")
                    ):
                        self._write_cell(row, column, cell)
                        continue
                    made = f'<c r="{_LETTERS[column]}{row + 1}" s="{cell.format._get_xf_index()}"'
                    if kind == "Blank":
                        write(f"{made}/>")
                    elif kind == "String":
                        write(f'{made} t="s"><v>{cell.string}</v></c>')
                    else:
                        write(f"{made}><v>{cell.number:.16G}</v></c>")
                self._xml_end_tag("row")

    return Sheet
