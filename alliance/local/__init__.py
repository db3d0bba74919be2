"""Everything that `make run` and `make test` need on a machine of one's own. A server never imports it."""
