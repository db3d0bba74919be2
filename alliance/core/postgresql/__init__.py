"""Django's own PostgreSQL backend, whose questions are put into words with fewer steps: settings' ENGINE."""
