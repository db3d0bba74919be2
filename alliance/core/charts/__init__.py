"""Charts drawn on the server: one SVG for the page and the PDF, with its words and its table beside it.

Geometry is computed here, in units of a drawing 480 wide, and the templates in `templates/charts/` only place
it. What matters never depends on colour: special causes are triangles that point up or down, series differ by
pattern, lines by dash, and every figure is in the chart's table. Colours are presentation attributes, so that a
strict content security policy and WeasyPrint both keep them; classes let a style sheet change them.

Figures are Decimals (or ints); floats appear only as coordinates.
"""

from .axes import nice_ticks
from .bars import Bar, bars_chart
from .columns import columns_chart
from .course import course_chart
from .drawing import Chart, ChartError, DataTable, Note, Series
from .lines import Upright, lines_chart
from .xmr import xmr_chart

__all__ = [
    "Bar",
    "Chart",
    "ChartError",
    "DataTable",
    "Note",
    "Series",
    "Upright",
    "bars_chart",
    "columns_chart",
    "course_chart",
    "lines_chart",
    "nice_ticks",
    "xmr_chart",
]
