"""Results that the national portal published, as a small table of the project's own."""

from phucvu.published.bundled_results import Published, portal_2026
from phucvu.published.scored_results import scored_2026

__all__ = ["Published", "portal_2026", "scored_2026"]
