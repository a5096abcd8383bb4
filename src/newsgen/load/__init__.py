"""Article, page and static files -> Archive.

Every file is first parsed by itself; articles are made only after all are parsed, so that a link to another file
has its URL from birth.
"""

from newsgen.load.loading import STATIC, TEXT_ENDINGS, Loaded, Reading, Selection, read, walks
from newsgen.load.parsing import (
    ARTICLES,
    PAGES,
    Job,
    Parsed,
    Past,
    dialect_of,
    parse_batch,
    parse_file,
    parse_past,
    parsed_in,
    taxonomy_of,
)

__all__ = [
    "ARTICLES",
    "PAGES",
    "STATIC",
    "TEXT_ENDINGS",
    "Job",
    "Loaded",
    "Parsed",
    "Past",
    "Reading",
    "Selection",
    "dialect_of",
    "parse_batch",
    "parse_file",
    "parse_past",
    "parsed_in",
    "read",
    "taxonomy_of",
    "walks",
]
