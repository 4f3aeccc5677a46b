"""Django's PostgreSQL, with limits on waiting for a server that does not answer (see base.py)."""
