"""Who is told what, once, and only while it still matters."""
