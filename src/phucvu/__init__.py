"""phucvu: the index of Decision 766/QĐ-TTg, counted, scored and explained."""
