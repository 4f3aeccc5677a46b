"""Results that the national portal publishes: fetched politely, kept as they came, read as figures."""

from phucvu.portal.check import differences
from phucvu.portal.kept import newest
from phucvu.portal.pull import pull
from phucvu.portal.results import Pulled, read, together

__all__ = ["Pulled", "differences", "newest", "pull", "read", "together"]
