"""Proofs that what was published stands as it was published; checked with the standard library alone.

Trees and their proofs are those of RFC 6962, signed notes, checkpoints, cosignatures, tiles and proof files
those of C2SP (c2sp.org).
"""
