"""Steering: what figures and scores say about what to do, and how much of them is chance."""
