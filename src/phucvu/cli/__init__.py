"""The command line: `phucvu COMMAND`."""

from phucvu.cli.program import main

__all__ = ["main"]
