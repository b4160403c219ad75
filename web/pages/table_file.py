"""A table that leaves as a file: CSV that office programs open as Chinese, and in which no cell is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from web.pages.loads import harmless

BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes the file for GBK


def csv_file(name: str, above: Sequence[str], heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """A file with some lines above the table, each in a row of its own."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([line] for line in above)
    writer.writerow(heads)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(BYTE_ORDER_MARK + text.getvalue(), mimetype="text/csv", headers=headers)
