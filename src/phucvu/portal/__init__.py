"""Results that the national portal publishes: fetched politely, kept as they came, read as figures."""

from phucvu.portal.archive import newest
from phucvu.portal.check import differences
from phucvu.portal.published_results import Pulled, read, together
from phucvu.portal.pull import pull

__all__ = ["Pulled", "differences", "newest", "pull", "read", "together"]
