"""The engine: records turned into figures, by Ibis expressions that any of its backends can run."""
