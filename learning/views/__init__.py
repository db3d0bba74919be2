"""Learning in the browser."""
