"""Articles and lists -> what search engines and other machines read of them: schema.org, as JSON-LD.

All are pure functions from values to mappings, which `json_ld` turns into the text of a data block. Nothing is said
that is not known: a date stays as exact as it was written, and what was not given is left out. Addresses are in full,
so a site without a base URL has none of this. Sources: https://schema.org/NewsArticle, and Google's "Article",
"Breadcrumb", "Profile page" and "Sitelinks search box" structured data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Protocol, TypeAlias

from markupsafe import Markup

from newsgen.address import in_full
from newsgen.model import CORRECTING, Article, Correction, Image, Link, MenuItem, Page, Profile, Term
from newsgen.permalink import is_web_address
from newsgen.search import SEGMENTED

__all__ = [
    "LABEL_TYPES",
    "POLICIES",
    "article_data",
    "breadcrumb_data",
    "json_ld",
    "page_data",
    "profile_data",
    "site_data",
]

Data: TypeAlias = dict[str, object]

_CONTEXT = "https://schema.org"
# The type of an article by its label; what the label says beyond that is its genre. A press release is no news of the
# publisher's own, and a fact-check is no ClaimReview, which needs the claim and a rating, and they are not known.
LABEL_TYPES = {
    "": "NewsArticle",
    "news": "NewsArticle",
    "analysis": "AnalysisNewsArticle",
    "opinion": "OpinionNewsArticle",
    "review": "ReviewNewsArticle",
    "explainer": "BackgroundNewsArticle",
    "obituary": "NewsArticle",
    "fact-check": "NewsArticle",
    "press-release": "Article",
    "sponsored": "AdvertiserContentArticle",
    "satire": "SatiricalArticle",
}
_GENRES = frozenset({"obituary", "fact-check", "press-release"})
# The properties of a NewsMediaOrganization by the names that policies have in settings, in small letters.
POLICIES = {
    "corrections": "correctionsPolicy",
    "ethics": "ethicsPolicy",
    "ownership": "ownershipFundingInfo",
    "funding": "ownershipFundingInfo",
    "masthead": "masthead",
    "principles": "publishingPrinciples",
    "publishing principles": "publishingPrinciples",
    "fact checking": "verificationFactCheckingPolicy",
    "verification": "verificationFactCheckingPolicy",
    "mission": "missionCoveragePrioritiesPolicy",
    "diversity": "diversityPolicy",
    "unnamed sources": "unnamedSourcesPolicy",
    "anonymous sources": "unnamedSourcesPolicy",
    "feedback": "actionableFeedbackPolicy",
    "bylines": "noBylinesPolicy",
}
_KNOWN_POLICIES = POLICIES | {name.casefold(): name for name in POLICIES.values()}
_SERIES = "series"
_PARTS_OF = {_SERIES: "CreativeWorkSeries", "stories": "Collection"}
_WRITTEN_WITHOUT_BLANKS = SEGMENTED | {"bo", "dz", "km", "lo", "my"}
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_TAG = re.compile("<[^>]*>")
_CREATIVE_COMMONS = re.compile(r"CC[ -]BY((?:-NC)?(?:-SA|-ND)?)[ -]([1-4]\.[05])", re.IGNORECASE)
_PUBLIC_DOMAIN = re.compile(r"CC0(?:[ -]1\.0)?", re.IGNORECASE)
_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class Publication(Protocol):
    """What is read of `site`, as templates know it."""

    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def base_url(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def publisher_name(self) -> str: ...
    @property
    def publisher_url(self) -> str: ...
    @property
    def publisher_founded(self) -> str: ...
    @property
    def publisher_logo(self) -> str: ...
    @property
    def policies(self) -> tuple[MenuItem, ...]: ...
    @property
    def logo(self) -> str: ...
    @property
    def search(self) -> str: ...


def json_ld(data: Mapping[str, object]) -> Markup:
    r"""Return a mapping as the text of a data block of type "application/ld+json" (the filter `json_ld`).

    Each "<" is written as \u003c, so that neither "</script>" nor "<!--" can stand in it. Raises TypeError or
    ValueError for what is no JSON.
    """
    return Markup(_ENCODE(data).replace("<", "\\u003c"))  # noqa: S704  # nothing in it can end the block


def article_data(
    article: Article,
    site: Publication,
    html: str,
    original: Link | None = None,
    organizations: Collection[str] = (),
) -> Data:
    """Return an article as a NewsArticle, or as what its label says it is.

    `html` is its text, in which words are counted; `original` is what it translates. `organizations` are the URLs of
    those of its authors that are no persons.
    """
    url = site.base_url + article.url
    kind = LABEL_TYPES[article.label]
    language = article.lang or site.language
    changed = article.last_change.iso
    has_words = language.partition("-")[0].casefold() not in _WRITTEN_WITHOUT_BLANKS
    data: Data = {
        "@context": _CONTEXT,
        "@type": kind,
        "headline": article.title,
        "url": url,
        "mainEntityOfPage": article.canonical or url,
        "datePublished": article.date.iso,
        "dateModified": changed if changed != article.date.iso else "",
        "author": [_author(term, site, term.url in organizations) for term in article.authors],
        "publisher": _publisher(site),
        "inLanguage": language,
        "isAccessibleForFree": True,
        "description": article.summary,
        "articleSection": article.section.name if article.section else "",
        "keywords": [term.name for term in article.tags],
        "genre": article.label if article.label in _GENRES else "",
        "image": _image(article.image, site) if article.image else "",
        "dateline": article.dateline if kind.endswith("NewsArticle") else "",
        "wordCount": _word_count(html) if has_words else "",
        "license": _license(article.license) if article.license else "",
        "copyrightNotice": article.rights,
        "isBasedOn": article.source_url,
        "translationOfWork": _work(original, site) if original else "",
        "isPartOf": [_part_of(term, site) for term in article.terms if term.taxonomy in _PARTS_OF],
        **_corrections(article.corrections),
    }
    return {name: value for name, value in data.items() if value not in ("", [])}


def breadcrumb_data(links: Iterable[Link | Term], site: Publication, here: str) -> Data:
    """Return the way from the front page over `links` to a page that is called `here`."""
    way = [(site.title, "/")]
    way += [(link.name if isinstance(link, Term) else link.title, link.url) for link in links]
    items: list[Data] = [
        {"@type": "ListItem", "position": number, "name": name, "item": site.base_url + url}
        for number, (name, url) in enumerate(way, 1)
    ]
    # The page itself needs no address: it is the one that is read.
    items.append({"@type": "ListItem", "position": len(items) + 1, "name": here})
    return {"@context": _CONTEXT, "@type": "BreadcrumbList", "itemListElement": items}


def page_data(page: Page, site: Publication, when: str = "") -> Data:
    """Return a list of articles as a CollectionPage; `when` is the year, month or day that they are of."""
    data = _page(page, site, "CollectionPage")
    if when:
        data["temporalCoverage"] = when
    return data


def profile_data(page: Page, site: Publication, author: Term, profile: Profile | None) -> Data:
    """Return the page of an author's articles as a ProfilePage, with what the author's profile tells."""
    data = _page(page, site, "ProfilePage")
    if not profile:
        data["mainEntity"] = _author(author, site, False)
        return data
    if profile.updated:
        data["dateModified"] = profile.updated.iso
    entity = _author(author, site, profile.is_organization)
    if profile.summary:
        entity["description"] = profile.summary
    if profile.image:
        entity["image"] = _image(profile.image, site)
    addresses = [link.url for link in profile.links if is_web_address(link.url)]
    if addresses:
        entity["sameAs"] = addresses
    data["mainEntity"] = entity
    return data


def site_data(site: Publication) -> Data:
    """Return the front page as a WebSite, with its search where there is one."""
    data: Data = {"@context": _CONTEXT, "@type": "WebSite", "name": site.title, "url": f"{site.base_url}/"}
    if site.description:
        data["description"] = site.description
    data["inLanguage"] = site.language
    data["publisher"] = _publisher(site)
    if site.search:
        target = {"@type": "EntryPoint", "urlTemplate": f"{site.base_url}{site.search}?q={{search_term_string}}"}
        data["potentialAction"] = {
            "@type": "SearchAction",
            "target": target,
            "query-input": "required name=search_term_string",
        }
    return data


def _page(page: Page, site: Publication, kind: str) -> Data:
    data: Data = {"@context": _CONTEXT, "@type": kind, "name": page.title, "url": site.base_url + page.url}
    if page.description:
        data["description"] = page.description
    data["inLanguage"] = page.lang or site.language
    data["isPartOf"] = {"@type": "WebSite", "name": site.title, "url": f"{site.base_url}/"}
    return data


def _author(term: Term, site: Publication, is_organization: bool) -> Data:
    """Return an author. Whose name is the publisher's or the site's is no person, whatever the profile says."""
    is_own = term.name in (site.publisher_name, site.title)
    kind = "Organization" if is_organization or is_own else "Person"
    return {"@type": kind, "name": term.name, "url": site.base_url + term.url}


def _publisher(site: Publication) -> Data:
    """Return who publishes the site: the site itself where the settings name nobody."""
    data: Data = {
        "@type": "NewsMediaOrganization",
        "name": site.publisher_name or site.title,
        "url": site.publisher_url or f"{site.base_url}/",
    }
    logo = site.publisher_logo or site.logo
    if logo:
        data["logo"] = {"@type": "ImageObject", "url": in_full(site.base_url, logo)}
    if _DATE.fullmatch(site.publisher_founded):
        data["foundingDate"] = site.publisher_founded
    for item in site.policies:
        name = _KNOWN_POLICIES.get(item.title.casefold().replace("-", " "))
        if name:
            data.setdefault(name, in_full(site.base_url, item.url))
    return data


def _image(image: Image, site: Publication) -> Data:
    data: Data = {"@type": "ImageObject", "url": in_full(site.base_url, image.url)}
    if image.width and image.height:
        data["width"], data["height"] = image.width, image.height
    if image.caption:
        data["caption"] = image.caption
    if image.credit:
        data["creditText"] = image.credit
    if image.license:
        data["license"] = _license(image.license)
    return data


def _part_of(term: Term, site: Publication) -> Data:
    return {"@type": _PARTS_OF[term.taxonomy], "name": term.name, "url": site.base_url + term.url}


def _work(link: Link, site: Publication) -> Data:
    return {"@type": "CreativeWork", "name": link.title, "url": site.base_url + link.url}


def _corrections(corrections: Iterable[Correction]) -> Data:
    """Return what was wrong; that an article was taken back as a whole is its status as well."""
    found = [item for item in corrections if item.kind in CORRECTING]
    comments = [{"@type": "CorrectionComment", "text": item.text, "datePublished": item.date.iso} for item in found]
    is_retracted = any(item.kind == "retraction" for item in found)
    return {"correction": comments, "creativeWorkStatus": "Retracted" if is_retracted else ""}


def _license(text: str) -> str | Data:
    """Return the address of a licence where it is known, else a work of that name."""
    return _license_address(text) or {"@type": "CreativeWork", "name": text}


@lru_cache(maxsize=1_000)
def _license_address(text: str) -> str:
    """Return a licence that is written as an address, or the address of one of Creative Commons; "" for another."""
    if is_web_address(text):
        return text
    if _PUBLIC_DOMAIN.fullmatch(text):
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    found = _CREATIVE_COMMONS.fullmatch(text)
    return f"https://creativecommons.org/licenses/by{found[1].lower()}/{found[2]}/" if found else ""


def _word_count(html: str) -> int:
    """Return how many words stand in HTML: what is between blanks. A tag in the middle of a word does not part it.

    A no-break space parts no words: it holds a sign to the word that it belongs to.
    """
    text = _TAG.sub("", html.replace("><", "> <")).replace("\n", " ").replace("\t", " ").strip(" ")
    # Counting the blanks takes half the time of splitting at them.
    while "  " in text:
        text = text.replace("  ", " ")
    return text.count(" ") + 1 if text else 0
