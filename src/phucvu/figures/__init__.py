"""Figures: two whole numbers for a period, a unit and an indicator."""
