"""What every template knows: where we are, who we are, and the way to the other rooms."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

ROOMS = [
    ("Home", "alliance_home", ()),
    ("Decisions", "decisions:register", ("decisions",)),
    ("Open book", "ledger:book", ("ledger",)),
    ("Learning", "learning:overview", ("learning",)),
    ("Assurance", "assurance:reports", ("assurance",)),
    ("People", "participants:people", ("participants",)),
    ("Record", "record", ()),
]


def where_we_are(request: HttpRequest) -> dict:
    alliance = getattr(request, "alliance", None)
    nav = []
    match = request.resolver_match
    if alliance and match:
        for label, name, namespaces in ROOMS:
            try:
                url = reverse(name, args=[alliance.slug])
            except NoReverseMatch:
                continue
            current = match.view_name == name or bool(set(match.namespaces) & set(namespaces))
            nav.append({"label": label, "url": url, "current": current})
    return {
        "alliance": alliance,
        "standing": getattr(request, "standing", None),
        "nav": nav,
        "demo": settings.DEMO,
        "demonstration": bool(alliance and alliance.is_demonstration),
    }
