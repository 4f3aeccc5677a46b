"""The workspace of a unit: where its points are lost, the dossiers behind, and what is doubtful."""
