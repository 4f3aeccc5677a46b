"""Rule sets: law as dated data, with its sources."""
