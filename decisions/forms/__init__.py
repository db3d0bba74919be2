"""The forms of deciding together, one module a noun."""
