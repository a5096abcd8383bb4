"""All that is wrong with a site, by rule: reached only from the command line."""

from newsgen.check.checking import Asking, Finding, Found, Link, Options, check
from newsgen.check.external import REGISTER, External

__all__ = ["REGISTER", "Asking", "External", "Finding", "Found", "Link", "Options", "check"]
