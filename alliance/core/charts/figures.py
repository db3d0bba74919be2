"""A chart's figures in writing: whole in its table and its words, short on its axes."""

from decimal import Decimal

from alliance.core.money import format_pounds

UNITS = ("", "£", "%")  # written close to the figure; any other unit is a word after it

Number = Decimal | int


def figure(value: Number, unit: str) -> str:
    """Whole: "£1,200.50" to the penny, "−0.5%", "12 days"."""
    if unit == "£":
        return format_pounds(round(Decimal(value), 2))
    text = f"{abs(value):,f}" if isinstance(value, Decimal) else f"{abs(value):,}"
    return f"{'−' if value < 0 else ''}{text}{unit if unit in UNITS else f' {unit}'}"


def short(value: Decimal, unit: str) -> str:
    """For an axis: "£120k", "−0.5"."""
    size = abs(value)
    for limit, suffix in ((1_000_000, "m"), (10_000, "k")):
        if size >= limit:
            size, ending = size / (1000 if suffix == "k" else limit), suffix
            break
    else:
        ending = ""
    size = size.normalize()
    text = f"{size:,f}{ending}"
    return f"{'−' if value < 0 else ''}{'£' if unit == '£' else ''}{text}{'%' if unit == '%' else ''}"


def brief(value: Decimal, places: int, unit: str) -> str:
    """Beside a line there is room for four digits; the table has them all."""
    if abs(value) < 1000:
        return figure(round(value, places), unit)
    return short(Decimal(f"{value:.4g}"), unit)
