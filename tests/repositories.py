"""Real git repositories for tests, made as an editor would make them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

__all__ = ["Repository", "repository_at"]

# What a user's own settings say is kept out, and names and times are fixed.
_SURROUNDINGS = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "C",
    "GIT_COMMITTER_EMAIL": "c@example.org",
}


class Repository:
    """The repository at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str, **more: str) -> str:
        """Return what git prints; `more` goes into its environment."""
        made = subprocess.run(
            ["git", *arguments], cwd=self.root, env=_SURROUNDINGS | more, check=True, capture_output=True
        )
        return made.stdout.decode("utf-8", "surrogateescape")

    def commit(self, when: str, *arguments: str) -> str:
        """Commit all files, with `when` as the committer's time; return the name of the commit."""
        self.git("add", "-A")
        author = "2001-01-01T00:00:00+00:00"
        more = ("commit", "-q", "--allow-empty", "-m", "secret message", *arguments)
        self.git(*more, GIT_COMMITTER_DATE=when, GIT_AUTHOR_DATE=author)
        return self.git("rev-parse", "HEAD").strip()


def repository_at(root: Path) -> Repository:
    """Make a repository at `root`; skip the test where git is not installed."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    root.mkdir(parents=True, exist_ok=True)
    repository = Repository(root)
    repository.git("init", "-q", "-b", "main")
    return repository
