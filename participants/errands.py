"""Letters that participants' services ask for."""
