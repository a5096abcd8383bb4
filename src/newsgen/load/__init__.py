"""Article, page and static files -> Archive.

Every file is first parsed by itself; articles are made only after all are parsed, so that a link to another file
has its URL from birth.
"""

from newsgen.load.loading import STATIC, Loaded, Selection, read
from newsgen.load.parsing import ARTICLES, PAGES, Parsed, dialect_of, parse_file

__all__ = ["ARTICLES", "PAGES", "STATIC", "Loaded", "Parsed", "Selection", "dialect_of", "parse_file", "read"]
