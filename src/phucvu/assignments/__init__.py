"""What one unit asks of another: targets, explanations of lateness, reports, difficulties, campaigns."""
