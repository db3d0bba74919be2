"""A template's own words, drawn."""

from django.template import Context, Template


def draw(source, **context):
    return Template(source).render(Context(context))
