"""How fast counting is, beside other ways to count the same, measured in the same run."""
