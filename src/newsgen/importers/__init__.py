"""Other forms of text -> article files."""
