"""The forms of the open book, one module a subject."""
