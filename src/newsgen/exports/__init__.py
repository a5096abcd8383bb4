"""Out of an archive: a database, tables and lines that other programs read."""

from newsgen.exports.database import write_database
from newsgen.exports.lines import lines_of, write_lines
from newsgen.exports.records import Contents
from newsgen.exports.rows import TABLES
from newsgen.exports.tables import table_of, write_table, write_tables

__all__ = [
    "TABLES",
    "Contents",
    "lines_of",
    "table_of",
    "write_database",
    "write_lines",
    "write_table",
    "write_tables",
]
