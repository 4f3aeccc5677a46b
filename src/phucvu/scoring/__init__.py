"""Scoring: figures and a rule set in, points and ranks out. No storage, no clock, no files."""

from phucvu.scoring.scores import Scores, score

__all__ = ["Scores", "score"]
