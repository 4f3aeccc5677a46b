"""The inbox: what systems send over HTTP, kept before it is acknowledged, moved into the records once.

A payload is acknowledged when it is committed in the operational database (``keeping``). A process of
its own moves what waits there into the records (``moving``) and counts the running periods when the
records have changed (``counting``). Whatever is killed when: what was acknowledged is moved, once.
"""
