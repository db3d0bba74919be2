"""The style guide: every component on one page, with all its states. Served where DEBUG or DEMO is on."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse

from alliance.core.charts import Bar, bars_chart
from alliance.core.forms import (
    Checkboxes,
    DateInputField,
    Form,
    Group,
    MoneyField,
    NumberInput,
    Radios,
    Row,
    WordsField,
)
from alliance.core.htmx import is_htmx, render
from alliance.core.typed import Typed

ICONS = settings.BASE_DIR / "templates" / "components" / "icons"
STANCES = [("agree", "Agree"), ("aside", "Stand aside"), ("object", "Object")]


class EveryQuestion(Form):
    """One question of every kind."""

    asks = {"cost": "what it costs", "why": "why you object"}
    reveals = {"stance": {"object": ["why"]}}

    title = forms.CharField(
        label="Title", max_length=60, help_text="A few words that people will say in the meeting."
    )
    reasons = WordsField(label="Your reasons", max_length=200, help_text="Facts and views apart, if you can.")
    stance = forms.ChoiceField(
        label="Where does your organisation stand?",
        choices=STANCES,
        widget=Radios(hints={"aside": "It can go ahead without you. Your name and reason stay beside it."}),
    )
    why = WordsField(label="What would make it acceptable?", required=False, rows=3)
    principles = forms.MultipleChoiceField(
        label="Which principles does it touch?",
        choices=[
            ("best", "Best for people using services"),
            ("open", "Open book"),
            ("blame", "No fault, no blame"),
        ],
        widget=Checkboxes,
        required=False,
    )
    cost = MoneyField(
        label="Cost", min_value=Decimal("0.01"), help_text="For the whole year, like £1,200.50."
    )
    people = forms.IntegerField(label="People reached", widget=NumberInput({"class": "govuk-input--width-4"}))
    starts = DateInputField(
        label="Start date", earliest=date(2024, 4, 1), help_text="For example, 3 11 2026."
    )
    line = forms.ChoiceField(
        label="Budget line", choices=[("", "Choose one"), ("out", "Outreach"), ("beds", "Beds")]
    )
    evidence = forms.FileField(
        label="Evidence", required=False, help_text="A PDF, a picture or a spreadsheet."
    )
    password = forms.CharField(label="Password", widget=forms.PasswordInput, required=False)
    legal = forms.BooleanField(
        label="It is legal", help_text="Somebody with the authority to say so has said so."
    )


class LineByLine(Form):
    """Questions asked line by line."""

    groups = (
        Group(
            "Budget lines",
            ("Budget line", "Now", "Change (£)"),
            (
                Row("Outreach", ("outreach",), "£640,000.00"),
                Row("Supported beds", ("beds",), "£1,200,000.00"),
            ),
            "Enter −500 to take £500 away, 500 to add it.",
        ),
    )

    outreach = MoneyField(label="Outreach", help_text="£640,000.00 now", required=False)
    beds = MoneyField(label="Supported beds", help_text="£1,200,000.00 now", required=False)


class Filters(Form):
    """Two filters of a list."""

    words = forms.CharField(label="Words", required=False)
    state = forms.ChoiceField(
        label="State", choices=[("", "Any"), ("open", "Open"), ("sealed", "Sealed")], required=False
    )


REFUSED = {
    "title": "A title that goes on for much longer than the sixty characters allowed",
    "reasons": "",
    "stance": "object",
    "why": "",
    "cost": "1,2O0",
    "people": "a dozen",
    "starts_day": "31",
    "starts_month": "Feb",
    "starts_year": "2026",
}


def guide(request):
    """The page; `?refused=1` shows the form as it comes back with everything wrong."""
    if is_htmx(request):  # the progress bar of the page asks, and goes on
        return HttpResponse(status=204)
    refused = "refused" in request.GET
    form = EveryQuestion(
        REFUSED if refused else None, initial={"cost": Decimal("1200.50"), "starts": date(2026, 11, 3)}
    )
    before = "We will fund two outreach workers until March 2027, and look at what we learn in February."
    after = (
        "We will fund three outreach workers until June 2027, and look together at what we learn in February."
    )
    chart = bars_chart(
        "Spend by budget line, April to October 2026",
        [
            Bar("Outreach", Decimal("512344.15"), Decimal("640000.00")),
            Bar("Supported beds", Decimal("1204018.40"), Decimal("1200000.00")),
        ],
    )
    moment = datetime(2026, 11, 3, 16, 12, tzinfo=UTC)
    context = {
        "form": form,
        "lines": LineByLine({"outreach": "-5OO", "beds": "500"} if refused else None),
        "filters": Filters(request.GET or None),
        "page": Paginator(range(60), 20).page(2),
        "before": before,
        "after": after,
        "chart": chart,
        "moment": moment,
        "now_and_then": [
            ("Outreach", "640000.00", "630000.00"),
            ("Supported beds", "1200000.00", "1210000.00"),
        ],
        "amounts": [Decimal("1234.50"), Decimal("-12.00"), Decimal("0.00")],
        "crumbs": [{"label": "Decisions", "url": "#"}, {"label": "Register", "url": "#"}],
        "tabs": [{"label": "Wording", "url": "#", "current": True}, {"label": "Objections", "url": "#"}],
        "typed": [Typed("Your reasons", "The bus stops at six.\nNobody can come after work.")],
        "rows": [
            {"key": "Proposed by", "value": "Amira Lindqvist, Harbour Homes", "url": "#"},
            {"key": "Answer by", "value": "Friday 18 December 2026"},
        ],
        "events": [
            {"title": "Opened", "when": moment, "by": "Amira Lindqvist, Harbour Homes", "icon": "decision"},
            {
                "title": "Wording changed",
                "when": moment,
                "words": "Every assent lapsed and was asked for again.",
                "icon": "edit",
            },
            {
                "title": "Sealed as decision 14",
                "when": moment,
                "by": "every participant",
                "icon": "seal",
                "url": "#",
            },
        ],
        "steps": [
            {"title": "You say where you stand", "state": "done"},
            {
                "title": "Everybody else answers",
                "words": "4 of 6 have; Harbour Homes and Quay Street not yet.",
                "state": "now",
            },
            {"title": "It is sealed", "words": "Nobody can change it afterwards."},
        ],
        "icons": sorted(path.stem for path in ICONS.glob("*.svg")),
    }
    return render(request, "components/guide.html", context, status=422 if refused else 200)
