"""What all tests share."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
# Each example is a whole site on disk: slower than Hypothesis expects, and no sign of a fault.
settings.register_profile("sites", deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("sites")


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of the project: the sample site and its sources."""
    return ROOT


@pytest.fixture(scope="session")
def sample(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample site, without anything that was built there."""
    copy = tmp_path_factory.mktemp("sample")
    for name in ("articles", "static", "newsgen.yaml"):
        source = project / name
        if source.is_dir():
            shutil.copytree(source, copy / name)
        elif source.exists():
            shutil.copy2(source, copy / name)
    return copy


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the machine's environment says out of the tests."""
    for name in [name for name in os.environ if name in ("SOURCE_DATE_EPOCH", "NO_COLOR", "FORCE_COLOR")]:
        monkeypatch.delenv(name)
