"""Raw records, invented, whose figures are exactly the given ones."""

from phucvu.simulation.simulator import Summary, simulate

__all__ = ["Summary", "simulate"]
