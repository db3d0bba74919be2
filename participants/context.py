"""What every template knows: where we are, who we are, and the way to the other rooms."""

from django.conf import settings
from django.http import HttpRequest

from alliance import __version__
from alliance.core.addresses import NoReverseMatch, reverse

ROOMS = [
    ("Home", "alliance_home", ()),
    ("Decisions", "decisions:register", ("decisions",)),
    ("Open book", "ledger:book", ("ledger",)),
    ("Learning", "learning:overview", ("learning",)),
    ("Assurance", "assurance:reports", ("assurance",)),
    ("People", "participants:people", ("participants",)),
    ("Record", "record", ()),
]


def _account_links(request: HttpRequest) -> list[dict]:
    user = getattr(request, "user", None)  # nobody yet, where the address itself was refused
    links = [{"label": "Your alliances", "url": reverse("choose")}] if user and user.is_authenticated else []
    if links and (alliance := getattr(request, "alliance", None)):
        links.append(
            {"label": "Letters you get", "url": reverse("notices:preferences", args=[alliance.slug])}
        )
    if settings.DEMO:
        links.append({"label": "Be somebody else", "url": reverse("sign_in_as")})
    return links


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
    stands = getattr(request, "standing", None)
    speaks_for = (
        [one.participant.short_name for one in stands.appointments if one.participant] if stands else []
    )
    return {
        "alliance": alliance,
        "standing": stands,
        "acting_for": speaks_for[0] if speaks_for else "",
        "account_links": _account_links(request),
        "concordat_version": __version__,
        "nav": nav,
        "demo": settings.DEMO,
        "demonstration": bool(alliance and alliance.is_demonstration),
    }
