"""Why something cannot be done now: a reason in words, shown where the person is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alliance.core.typed import typed_in


class Refusal(Exception):
    """An act that is refused. `reason` is a sentence for the person who tried."""

    status = 409

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


class NotAllowed(Refusal):
    """Who: this person may not do it (permissions.py)."""

    status = 403


class NotPossible(Refusal):
    """When: nobody can do it now (lifecycle.py)."""


class RefusalMiddleware:
    """Turns a refusal that no view caught into a page that says why, with its true status."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            said = {"reason": exception.reason, "typed": typed_in(request)}
            answer = render(request, "errors/refused.html", said, status=exception.status)
            answer["Cache-Control"] = "private, no-store"
            return answer
        return None
