"""Deciding together in the browser: find, ask, do, answer. One module a noun."""
