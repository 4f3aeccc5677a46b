"""The data API: figures, scores, ranks, units, rules and periods, for anybody's programs."""
