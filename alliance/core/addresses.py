"""Addresses by name, each made once: a page has a hundred of them, and its neighbour nearly the same hundred.

`reverse` is Django's with positional arguments alone, and remembers. What is remembered goes with the URLs that it
came from, as when a test has others.
"""

from functools import lru_cache

from django import urls
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as compile_url
from django.urls import NoReverseMatch, get_resolver, get_script_prefix, get_urlconf
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

__all__ = ["NoReverseMatch", "reverse", "url"]

PLAIN = {
    str,
    SafeString,
    int,
}  # two of these that are equal are written alike; two rows or decimals may not be


def reverse(name: str, args=()) -> str:
    """The address of that name. Raises NoReverseMatch."""
    if PLAIN.issuperset(map(type, args)):
        return _made(get_resolver(get_urlconf()), get_script_prefix(), name, *args)
    return urls.reverse(name, args=args)


@lru_cache(maxsize=20_000, typed=True)
def _made(resolver, prefix: str, name: str, *args) -> str:
    return urls.reverse(name, args=args)


class Url(URLNode):
    """`{% url %}` that remembers; with named arguments, or views instead of names, it is Django's."""

    def render(self, context):
        name = self.view_name.resolve(context)
        if self.kwargs or not isinstance(name, str):
            return super().render(context)
        try:
            address = reverse(name, [one.resolve(context) for one in self.args])
        except NoReverseMatch:
            if self.asvar is None:
                raise
            address = ""
        if self.asvar:
            context[self.asvar] = address
            return ""
        return conditional_escape(address) if context.autoescape else address


def url(parser, token) -> Url:
    said = compile_url(parser, token)
    return Url(said.view_name, said.args, said.kwargs, said.asvar)
