"""Concordat: the members of an alliance contract decide, share one open book, learn and give assurance."""

from alliance.celery import app as celery_app

__version__ = "0.1.0"
__all__ = ["celery_app"]
