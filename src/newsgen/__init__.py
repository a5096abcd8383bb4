"""newsgen: a static news-archive generator.

`newsgen.build.build` is the whole program; `newsgen.model` holds the values that pass through it.
"""

from newsgen.errors import Location, NewsgenError, Problem
from newsgen.version import VERSION as __version__  # noqa: N811  # the name that Python gives it

__all__ = ["Location", "NewsgenError", "Problem", "__version__"]
