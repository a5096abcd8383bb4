"""The command line: the only code that prints."""

from newsgen.cli.main import cli, main

__all__ = ["cli", "main"]
