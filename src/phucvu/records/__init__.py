"""Records: what was sent or imported, one typed table each, kept by version."""
