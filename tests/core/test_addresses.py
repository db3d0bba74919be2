"""A remembered address is the one that Django would make (alliance/core/addresses.py)."""

from decimal import Decimal

import pytest
from django import urls
from django.template import Context, Template
from django.test import override_settings
from django.urls import include, path, register_converter, set_script_prefix
from django.utils.safestring import mark_safe

from alliance.core.addresses import NoReverseMatch, reverse


class Anything:
    regex, to_python, to_url = "[^/]+", str, str


register_converter(Anything, "anything")


def seen(request, what):
    """A page."""


class Theirs:
    urlpatterns = [path("<anything:what>/", seen, name="seen")]


class Others:
    urlpatterns = [path("others/", include([path("<anything:what>/", seen, name="seen")]))]


class Named:
    """A row as Django has it: equal to whoever has its number, whatever it is called now."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return isinstance(other, Named)

    def __hash__(self):
        return 1

    def __str__(self):
        return self.name


ALIKE = [1, True, "1", mark_safe("1"), 1.0, Decimal("1.0"), Decimal("1.00"), Named("old"), Named("new"), b"1"]


@override_settings(ROOT_URLCONF=Theirs)
def test_what_is_equal_is_not_therefore_written_alike():
    for _ in range(2):
        for what in (*ALIKE, ["x"], "é / <b>"):
            try:
                wanted = urls.reverse("seen", args=[what])
            except NoReverseMatch:
                with pytest.raises(NoReverseMatch):
                    reverse("seen", [what])
            else:
                assert reverse("seen", [what]) == wanted, what
                page = Template("{% url 'seen' what %}")
                assert page.render(Context({"what": what})) == wanted.replace("'", "&#x27;")


def test_other_urls_and_another_prefix_have_other_addresses():
    try:
        for settings, start in ((Theirs, "/"), (Others, "/others/"), (Theirs, "/")):
            with override_settings(ROOT_URLCONF=settings):
                assert reverse("seen", ["1"]) == f"{start}1/"
                set_script_prefix("/under/")
                assert reverse("seen", ["1"]) == f"/under{start}1/"
                set_script_prefix("/")
    finally:
        set_script_prefix("/")
