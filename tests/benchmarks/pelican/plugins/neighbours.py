"""A Pelican plugin: every article, year, month and day knows the one before and the one after it in time."""

from pelican.plugins import signals


def _link(generator):  # type: ignore[no-untyped-def]  # Pelican's types are its own
    """Give articles `older` and `newer`, and the templates `period_neighbours`: by URL, the URLs around a period."""
    articles = sorted(generator.articles, key=lambda article: article.date)
    for older, newer in zip([None, *articles], [*articles, None], strict=True):
        if older:
            older.newer = newer
        if newer:
            newer.older = older
    around = {}
    for periods in generator.period_archives.values():
        ordered = sorted(periods, key=lambda period: period["period_num"])
        for before, period, after in zip([None, *ordered], ordered, [*ordered[1:], None], strict=False):
            around[period["url"]] = (before, after)
    generator.context["period_neighbours"] = around


def register() -> None:
    """Ask Pelican to be called once the articles are known."""
    signals.article_generator_finalized.connect(_link)
