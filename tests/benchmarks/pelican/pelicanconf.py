"""What a news archive needs of Pelican. Its cache is on, and not compressed, which is the faster way."""

from itertools import groupby

SITENAME = "The Benchmark Record"
SITEURL = "https://example.org"
PATH = "content"
OUTPUT_PATH = "output"
THEME = "theme"
TIMEZONE = "UTC"
LOCALE = ["C"]
DEFAULT_DATE_FORMAT = "%A %-d %B %Y"

SLUGIFY_SOURCE = "basename"
ARTICLE_URL = "{date:%Y}/{date:%m}/{date:%d}/{slug}/"
ARTICLE_SAVE_AS = ARTICLE_URL + "index.html"
CATEGORY_URL = "sections/{slug}/"
CATEGORY_SAVE_AS = CATEGORY_URL + "index.html"
TAG_URL = "tags/{slug}/"
TAG_SAVE_AS = TAG_URL + "index.html"
AUTHOR_URL = "authors/{slug}/"
AUTHOR_SAVE_AS = AUTHOR_URL + "index.html"
YEAR_ARCHIVE_URL = "{date:%Y}/"
YEAR_ARCHIVE_SAVE_AS = YEAR_ARCHIVE_URL + "index.html"
MONTH_ARCHIVE_URL = "{date:%Y}/{date:%m}/"
MONTH_ARCHIVE_SAVE_AS = MONTH_ARCHIVE_URL + "index.html"
DAY_ARCHIVE_URL = "{date:%Y}/{date:%m}/{date:%d}/"
DAY_ARCHIVE_SAVE_AS = DAY_ARCHIVE_URL + "index.html"

DIRECT_TEMPLATES = ["index", "tags", "categories", "authors", "archives", "sitemap", "robots", "notfound"]
INDEX_URL = ""
TAGS_URL = "tags/"
TAGS_SAVE_AS = "tags/index.html"
CATEGORIES_URL = "sections/"
CATEGORIES_SAVE_AS = "sections/index.html"
AUTHORS_URL = "authors/"
AUTHORS_SAVE_AS = "authors/index.html"
ARCHIVES_URL = "archive/"
ARCHIVES_SAVE_AS = "archive/index.html"
SITEMAP_SAVE_AS = "sitemap.xml"
ROBOTS_SAVE_AS = "robots.txt"
NOTFOUND_SAVE_AS = "404.html"

PAGINATED_TEMPLATES = {"index": 25, "tag": 25, "category": 25, "author": 25}
PAGINATION_PATTERNS = [
    (1, "{url}", "{save_as}"),
    (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
]

FEED_DOMAIN = SITEURL
FEED_MAX_ITEMS = 30
FEED_ALL_ATOM = "feed.xml"
CATEGORY_FEED_ATOM = "sections/{slug}/feed.xml"
TAG_FEED_ATOM = "tags/{slug}/feed.xml"
AUTHOR_FEED_ATOM = "authors/{slug}/feed.xml"
AUTHOR_FEED_RSS = None
TRANSLATION_FEED_ATOM = None

MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.extra": {},
        "markdown.extensions.sane_lists": {},
        "markdown.extensions.smarty": {},
        "markdown.extensions.toc": {},
    },
    "output_format": "html5",
}
FORMATTED_FIELDS: list[str] = []
CACHE_CONTENT = True
LOAD_CONTENT_CACHE = True
GZIP_CACHE = False

PLUGIN_PATHS = ["plugins"]
PLUGINS = ["neighbours"]
JINJA_GLOBALS = {"LONGEST_LIST": 200}


def _by_day(articles):  # type: ignore[no-untyped-def]  # Pelican's types are its own
    """Return articles, whose order stays, in lists of one day each."""
    return [list(group) for _, group in groupby(articles, key=lambda article: article.date.date())]


def _by_month(articles):  # type: ignore[no-untyped-def]
    """Return articles, whose order stays, in lists of one month each."""
    return [list(g) for _, g in groupby(articles, key=lambda article: (article.date.year, article.date.month))]


def _counts_by_year(articles):  # type: ignore[no-untyped-def]
    """Return the years of articles, given in order of time, with their numbers; the oldest first."""
    return sorted((year, len(list(group))) for year, group in groupby(articles, key=lambda article: article.date.year))


JINJA_FILTERS = {"by_day": _by_day, "by_month": _by_month, "counts_by_year": _counts_by_year}
