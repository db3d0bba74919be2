"""The door of every page inside an alliance."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from alliance.core.tenancy import within_alliance
from participants.standing import enter, stand_at_the_door


def in_alliance(view):
    """`view(request, alliance, …)`: signed in, the alliance visible (else 404), one transaction, `app.alliance` set.

    `request.alliance` and `request.standing` are set. A deadlock runs the view again, from its start.
    """

    @wraps(view)
    @login_required
    def door(request: HttpRequest, alliance: str, **named) -> HttpResponse:
        request.standing = enter(request.user, alliance)
        if request.standing is None:
            raise Http404("No such alliance.")
        request.alliance = found = request.standing.alliance

        def act() -> HttpResponse:
            for upload in request.FILES.values():
                upload.seek(0)
            stand_at_the_door(request.user)
            return view(request, alliance=found, **named)

        response = within_alliance(found.pk, act)
        patch_cache_control(response, private=True, no_store=True)  # nothing to go back to after signing out
        return response

    return door
