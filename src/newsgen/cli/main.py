"""`newsgen` and its commands, each in a module that is imported when it is called."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import NoReturn

import click

from newsgen.cli.console import counted, show_problems
from newsgen.errors import NewsgenError, PartlyWrittenError, errors_in
from newsgen.version import VERSION

__all__ = ["cli", "main"]

_COMMANDS = {
    "init": "newsgen.cli.init:init",
    "new": "newsgen.cli.new:new",
    "build": "newsgen.cli.build:build",
    "plan": "newsgen.cli.planning:plan",
    "serve": "newsgen.cli.serve:serve",
    "correct": "newsgen.cli.correcting:correct",
    "check": "newsgen.cli.checking:check",
    "list": "newsgen.cli.listing:list_articles",
    "verify": "newsgen.cli.verify:verify",
    "explain": "newsgen.cli.explain:explain",
    "import": "newsgen.cli.importing:import_",
    "urls": "newsgen.cli.urls:urls",
    "export": "newsgen.cli.exporting:export",
    "pack": "newsgen.cli.packing:pack",
}


class _LazyGroup(click.Group):
    """Imports a command's module when the command is asked for, so that `--version` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, "--version", message="newsgen %(version)s")
def cli() -> None:
    """Turn a folder of Markdown articles into a static news archive."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 1 the site has mistakes, 2 wrong usage, 130 or 143 stopped."""
    stopped_by: list[int] = []

    def terminate(number: int, frame: FrameType | None) -> NoReturn:
        stopped_by.append(number)
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, terminate)
    try:
        result = cli.main(list(arguments) if arguments is not None else None, standalone_mode=False)
        code = result if isinstance(result, int) else 0
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        # The watcher of files turns any signal into KeyboardInterrupt.
        click.echo("stopped", err=True)
        code = 128 + (stopped_by[0] if stopped_by else signal.SIGINT)
    except (NewsgenError, ExceptionGroup) as group:
        errors = list(errors_in(group))
        is_partial = any(isinstance(error, PartlyWrittenError) for error in errors)
        outcome = "some files were written; mend it and build again" if is_partial else "nothing was written"
        click.echo(f"{counted(show_problems(error.problem for error in errors), 'error')}: {outcome}", err=True)
        code = 1
    except BrokenPipeError:
        # Whoever read our output has read enough; closing quietly is what a pipeline expects.
        sys.stderr.close()
        code = 1
    sys.exit(code)
