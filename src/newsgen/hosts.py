"""Rules for web servers and hosts, each in the words of its own: what moved, what is gone, and headers of responses.

Paths are those that a browser asks for, from the root of the host, percent-encoded. What a format has signs of its own
for is escaped, so that no address can say more than an address; an address that a format cannot hold has no rule there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from newsgen.model import Body, Writing
from newsgen.permalink import URL_SAFE
from newsgen.value import Value

__all__ = ["HOSTS", "NEEDLESS", "Fitting", "Host", "HostFile", "Rule", "Rules", "fitting", "read_path", "read_target"]


@dataclass(frozen=True, slots=True)
class Rule(Value):
    """What a host is to answer at `path`: another address, or that what was there is gone.

    `target` is a whole path or an address elsewhere; "" for what is gone, and then `shown` is the file that says so,
    "" where there is none. `is_alone` says that no other page has an address that starts with this one.
    """

    path: str
    target: str = ""
    shown: str = ""
    is_alone: bool = True


@dataclass(frozen=True, slots=True)
class Rules(Value):
    """What hosts are told: `folder` is where the site stands on its host, "" at the root.

    `search` is the path of the search page, "" without one; `has_headers` says whether headers are wanted.
    """

    redirects: tuple[Rule, ...] = ()
    gone: tuple[Rule, ...] = ()
    folder: str = ""
    search: str = ""
    has_headers: bool = False


@dataclass(frozen=True, slots=True)
class HostFile(Writing):
    """A file of rules; `form` is one of those that a `Host` names."""

    form: str
    rules: Rules

    def text(self, html: Callable[[Body], str]) -> str:
        """Return the file's text, in which no body has a part."""
        return _FORMS[self.form](self.rules)


class Host(NamedTuple):
    """A host or a web server: its name, and the files that it reads, each with its URL and form.

    `most` is how many rules it takes, 0 for any number; `can_say` tells whether an address can stand in a rule;
    `takes_rules` whether it looks at rules at all, `knows_gone` at those for what is gone, `knows_headers` at headers.
    """

    title: str
    files: tuple[tuple[str, str], ...]
    most: int = 0
    can_say: Callable[[Rule], bool] = lambda rule: True
    takes_rules: bool = True
    knows_gone: bool = True
    knows_headers: bool = True


class Fitting(NamedTuple):
    """The rules that a host takes; `too_many` counts those past its limit, `unsaid` are paths it cannot say."""

    rules: Rules
    too_many: int
    unsaid: tuple[str, ...]


def fitting(host: Host, rules: Rules) -> Fitting:
    """Return what of `rules` a host takes: of too many the first, what is gone before what moved."""
    if not host.takes_rules:
        return Fitting(Rules(), 0, ())
    gone = rules.gone if host.knows_gone else ()
    wanted = (*gone, *rules.redirects)
    said = [rule for rule in wanted if host.can_say(rule)]
    kept = said[: host.most] if host.most else said
    return Fitting(
        rules=replace(
            rules,
            redirects=tuple(rule for rule in kept if rule.target),
            gone=tuple(rule for rule in kept if not rule.target),
        ),
        too_many=len(said) - len(kept),
        unsaid=tuple(rule.path for rule in wanted if not host.can_say(rule)),
    )


# Addresses

# Beside these, an address elsewhere may hold what divides it into parts. "$" means something to several servers.
_ADDRESS_SAFE = URL_SAFE.replace("$", "") + ":?#[]%"
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def read_path(path: str) -> str:
    """Return a path as browsers ask for it; "" for one that no browser asks for, and that could break a file."""
    try:
        plain = unquote(path, errors="strict")
    except UnicodeDecodeError:
        return ""
    parts = plain.split("/")[1:]
    if not path.startswith("/") or _CONTROL.search(plain) or {".", ".."} & set(parts) or "" in parts[:-1]:
        return ""
    return quote(plain, safe=URL_SAFE)


def read_target(target: str) -> str:
    """Return a path or an address elsewhere, percent-encoded so that it is one word; "" for what is neither."""
    text = _BROKEN_ESCAPE.sub("%25", target.strip())
    if _CONTROL.search(text):
        return ""
    if text.startswith("/") and not text.startswith("//"):
        return quote(text, safe=_ADDRESS_SAFE)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
            return ""
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""
    if not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+", name):
        return ""
    name = f"[{name}]" if ":" in name else name
    rest = text[text.index("//") + 2 + len(parts.netloc) :] or "/"
    return f"{parts.scheme.lower()}://{name}{f':{port}' if port else ''}{quote(rest, safe=_ADDRESS_SAFE)}"


# Headers

# Pages load nothing but their own; only the search compiles WebAssembly.
_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
_SEARCH_POLICY = _POLICY.replace("default-src 'self'", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'")
_ALWAYS = (("Referrer-Policy", "strict-origin-when-cross-origin"), ("X-Content-Type-Options", "nosniff"))
_SHORT = "public, max-age=300"
_LONG = "public, max-age=31536000, immutable"
# Files in a part of the search index whose names change with their bytes stand in these folders.
_HASHED = ("filter", "fragment", "index")
_WRITTEN_BY = "# Written by newsgen: changes made here are lost with the next build."


def _one_policy(rules: Rules) -> str:
    """Return the policy for hosts that join two values of one header, and so need one for all pages."""
    return _SEARCH_POLICY if rules.search else _POLICY


def _hashed_files(rules: Rules) -> str:
    """Return a regular expression for the paths of files whose names change with their bytes."""
    return f"^{_pattern(rules.search)}[^/]+/({'|'.join(_HASHED)})/"


def _hex(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode())


def _pattern(path: str) -> str:
    """Return a regular expression, in ASCII, for the bytes of a path: what is not plain by its numbers."""
    return re.sub(r"[^A-Za-z0-9/_-]", lambda found: _hex(found[0]), unquote(path))


def _quoted(text: str) -> str:
    r"""Return a text in double quotes, in which only \" and \\ mean something."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


# Netlify and Cloudflare Pages


def _has_no_wildcard(rule: Rule) -> bool:
    """Whether a path says itself alone where "*" and ":name" stand for others."""
    return "*" not in rule.path and ":" not in rule.path and len(rule.path) + len(rule.target) < _LONGEST_LINE


# Source: Cloudflare's documentation of Pages, "Redirects"; with some to spare for the status.
_LONGEST_LINE = 990


def _without_names(target: str) -> str:
    """Return a target in which no ":name" would be filled in."""
    start = target.index("//") + 2 if "//" in target else 0
    start = target.find("/", start)
    return target[:start] + re.sub(r":(?=[A-Za-z])", "%3A", target[start:])


def _netlify(rules: Rules) -> str:
    # "!" answers so although there is a page, which others show who know no rules.
    gone = [f"{rule.path} {rule.shown or rules.folder + '/404.html'} 410!" for rule in rules.gone]
    return _lines((*gone, *(f"{rule.path} {_without_names(rule.target)} 301!" for rule in rules.redirects)))


def _cloudflare(rules: Rules) -> str:
    return _lines(f"{rule.path} {_without_names(rule.target)} 301" for rule in rules.redirects)


def _headers(rules: Rules) -> str:
    """Return a `_headers` file. No header stands in two rules for one page: one host joins both, another takes one.

    Without a word on caching, these hosts let a browser ask each time whether a page changed.
    """
    if not rules.has_headers:
        return ""
    lines = [f"{rules.folder}/*", f"  Content-Security-Policy: {_one_policy(rules)}"]
    lines += [f"  {name}: {value}" for name, value in _ALWAYS]
    for name in _HASHED if rules.search else ():
        lines += [f"{rules.search}:part/{name}/*", f"  Cache-Control: {_LONG}"]
    return _lines(lines)


# Apache


def _apache(rules: Rules) -> str:
    lines = [_WRITTEN_BY, f"ErrorDocument 404 {_quoted(rules.folder + '/404.html')}"]
    if any(rule.shown for rule in rules.gone):
        # The first "/" says that this is a path and no message; Apache makes one of both.
        lines.append('ErrorDocument 410 "/%{REQUEST_URI}index.html"')
    lines += [f'RedirectMatch gone "^{_pattern(rule.path)}$"' for rule in rules.gone]
    lines += [f'RedirectMatch 301 "^{_pattern(rule.path)}$" {_apache_target(rule)}' for rule in rules.redirects]
    if rules.has_headers:
        lines += ["<IfModule mod_headers.c>", *(f"  {line}" for line in _apache_headers(rules)), "</IfModule>"]
    return _lines(lines)


def _apache_can_say(rule: Rule) -> bool:
    """Whether a target can be said: Apache encodes its path anew, and fills in names after "$"."""
    path, _ = _path_and_rest(rule.target)
    try:
        plain = unquote(path, errors="strict")
    except UnicodeDecodeError:
        return False
    return not re.search(r"[$\\?#\x00-\x1f\x7f]", plain) and "%2f" not in path.lower()


def _apache_target(rule: Rule) -> str:
    path, rest = _path_and_rest(rule.target)
    return _quoted(unquote(path) + rest)


def _path_and_rest(target: str) -> tuple[str, str]:
    """Return a target up to its query or fragment, and these."""
    end = re.search(r"[?#]|$", target)
    assert end is not None
    return target[: end.start()], target[end.start() :]


def _apache_headers(rules: Rules) -> Iterable[str]:
    yield from (f'Header always set {name} "{value}"' for name, value in _ALWAYS)
    yield f'Header always set Content-Security-Policy "{_POLICY}"'
    yield f'Header set Cache-Control "{_SHORT}"'
    if rules.search:
        page = f"^{_pattern(rules.search)}(index\\.html)?$"
        yield f'<If "%{{REQUEST_URI}} =~ m#{page}#">'
        yield f'  Header always set Content-Security-Policy "{_SEARCH_POLICY}"'
        yield "</If>"
        yield f'<If "%{{REQUEST_URI}} =~ m#{_hashed_files(rules)}#">'
        yield f'  Header set Cache-Control "{_LONG}"'
        yield "</If>"


# nginx


def _nginx_maps(rules: Rules) -> str:
    """Return what belongs into `http`: tables from paths to what is answered there."""
    keys = [unquote_to_bytes(rule.path) for rule in (*rules.redirects, *rules.gone)]
    # A table of nginx holds a path in one bucket, with some bytes around it, and wants room.
    bucket, size = 128, 2048
    while bucket < max(map(len, keys), default=0) + 32:
        bucket *= 2
    while size < 2 * len(keys):
        size *= 2
    lines = [_WRITTEN_BY, f"map_hash_bucket_size {bucket};", f"map_hash_max_size {size};"]
    lines += ["map $uri $newsgen_redirect {", '  default "";']
    lines += [f'  {_quoted(unquote(rule.path))} "{rule.target}";' for rule in rules.redirects]
    lines += ["}", "map $uri $newsgen_gone {", '  default "";']
    lines += [f"  {_quoted(unquote(rule.path))} {_nginx_file(rule, rules)};" for rule in rules.gone]
    lines.append("}")
    if rules.has_headers:
        lines += ["map $uri $newsgen_policy {", f'  default "{_POLICY}";']
        lines += _nginx_cases(rules, _SEARCH_POLICY, f"^{_pattern(rules.search)}(index\\.html)?$")
        lines += ["}", "map $uri $newsgen_caching {", f'  default "{_SHORT}";']
        lines += _nginx_cases(rules, _LONG, _hashed_files(rules))
        lines.append("}")
    return _lines(lines)


def _nginx_cases(rules: Rules, value: str, pattern: str) -> list[str]:
    return [f'  "~{pattern}" "{value}";'.replace("\\", "\\\\")] if rules.search else []


def _nginx_file(rule: Rule, rules: Rules) -> str:
    # "$" would start a variable, and has no escape: such an address is shown the page of what is not found.
    shown = unquote(rule.shown)
    return _quoted(shown if shown and "$" not in shown else rules.folder + "/404.html")


def _nginx_server(rules: Rules) -> str:
    """Return what belongs into `server`."""
    page = _quoted(unquote(rules.folder) + "/404.html")
    lines = [
        _WRITTEN_BY,
        "if ($newsgen_redirect) { return 301 $newsgen_redirect; }",
        "if ($newsgen_gone) { return 410; }",
        f"error_page 404 {page};",
        "error_page 410 @newsgen_gone;",
        f"location @newsgen_gone {{ try_files $newsgen_gone {page} =410; }}",
    ]
    if rules.has_headers:
        lines += [f'add_header {name} "{value}" always;' for name, value in _ALWAYS]
        lines += [
            "add_header Content-Security-Policy $newsgen_policy always;",
            "add_header Cache-Control $newsgen_caching;",
        ]
    return _lines(lines)


# Caddy


def _caddy(rules: Rules) -> str:
    """Return what belongs into the block of a site: tables from paths to what is answered there."""
    lines = [_WRITTEN_BY, "map {path} {newsgen_redirect} {newsgen_gone} {"]
    lines += [f'\t{_caddy_path(rule.path)} "{rule.target}" ""' for rule in rules.redirects]
    lines += [f'\t{_caddy_path(rule.path)} "" "{_caddy_file(rule, rules)}"' for rule in rules.gone]
    lines += ['\tdefault "" ""', "}"]
    lines += ['@newsgen_redirect not vars {newsgen_redirect} ""', "redir @newsgen_redirect {newsgen_redirect} 301"]
    lines += ['@newsgen_gone not vars {newsgen_gone} ""', "handle @newsgen_gone {", "\trewrite * {newsgen_gone}"]
    lines += ["\tfile_server {", "\t\tstatus 410", "\t}", "}"]
    if rules.has_headers:
        lines += [*_caddy_headers(rules)]
    return _lines(lines)


def _caddy_headers(rules: Rules) -> Iterable[str]:
    yield "map {path} {newsgen_policy} {newsgen_caching} {"
    if rules.search:
        yield f'\t~^{_pattern(rules.search)}(index[.]html)?$ "{_SEARCH_POLICY}" "{_SHORT}"'
        yield f'\t~{_hashed_files(rules)} "{_POLICY}" "{_LONG}"'
    yield f'\tdefault "{_POLICY}" "{_SHORT}"'
    yield "}"
    yield "header {"
    yield from (f'\t{name} "{value}"' for name, value in _ALWAYS)
    yield "\tContent-Security-Policy {newsgen_policy}"
    yield "\tCache-Control {newsgen_caching}"
    yield "}"


def _caddy_path(path: str) -> str:
    """Return a path as Caddy compares it, by characters: what is not plain as a pattern, since "{" starts a name."""
    plain = unquote(path)
    if re.fullmatch(r"[A-Za-z0-9/._-]+", plain):
        return f'"{plain}"'
    return "~^" + re.sub(r"[^A-Za-z0-9/_-]", lambda found: f"\\x{{{ord(found[0]):x}}}", plain) + "$"


def _caddy_file(rule: Rule, rules: Rules) -> str:
    # Caddy looks for a file under its plain name, in which "{" would start a name; beside a pattern, "$" does as well.
    shown = unquote(rule.shown).replace("$", "$$")
    return shown if shown and not set(shown) & set('{}"\\') else f"{rules.folder}/404.html"


# Vercel


def _vercel(rules: Rules) -> str:
    # With a "/" at the end of each page's address: links between pages are relative to it.
    data: dict[str, object] = {"trailingSlash": True}
    if rules.redirects:
        data["redirects"] = [
            {"source": _vercel_source(rule.path), "destination": rule.target, "statusCode": 301}
            for rule in rules.redirects
        ]
    if rules.has_headers:
        always = (("Content-Security-Policy", _one_policy(rules)), *_ALWAYS)
        data["headers"] = [_vercel_headers(f"{_vercel_source(rules.folder)}/(.*)", always)]
        if rules.search:
            hashed = f"{_vercel_source(rules.search)}:part/({'|'.join(_HASHED)})/(.*)"
            data["headers"] += [_vercel_headers(hashed, (("Cache-Control", _LONG),))]  # type: ignore[operator]
    return json.dumps(data, indent=2) + "\n"


def _vercel_can_say(rule: Rule) -> bool:
    """Whether a rule would be asked: Vercel takes the "/" from the end of what looks like a file, before all rules."""
    return not re.search(r"\.\w+/$", rule.path)


def _vercel_headers(source: str, values: Iterable[tuple[str, str]]) -> dict[str, object]:
    return {"source": source, "headers": [{"key": name, "value": value} for name, value in values]}


def _vercel_source(path: str) -> str:
    """Return a path in which nothing is a pattern: path-to-regexp has signs of its own."""
    return re.sub(r"[(){}:*+?\\]", r"\\\g<0>", path)


# S3

_S3_PLAIN = re.compile(r"[A-Za-z0-9/._~-]+")


def _s3_can_say(rule: Rule) -> bool:
    """Whether S3 can answer for one address alone: it compares beginnings, and what it encodes nobody tells."""
    if not rule.is_alone or not _S3_PLAIN.fullmatch(rule.path) or rule.path == "/":
        return False
    return bool(_S3_PLAIN.fullmatch(rule.target.partition("://")[2] or rule.target))


def _s3(rules: Rules) -> str:
    """Return the configuration of a website as `aws s3api put-bucket-website` takes it."""
    data: dict[str, object] = {
        "IndexDocument": {"Suffix": "index.html"},
        "ErrorDocument": {"Key": f"{rules.folder}/404.html".lstrip("/")},
    }
    if rules.redirects:
        data["RoutingRules"] = [
            {"Condition": {"KeyPrefixEquals": rule.path[1:]}, "Redirect": _s3_redirect(rule.target)}
            for rule in rules.redirects
        ]
    return json.dumps(data, indent=2) + "\n"


def _s3_redirect(target: str) -> Mapping[str, str]:
    scheme, _, rest = target.rpartition("://")
    host, _, key = rest.partition("/")
    elsewhere = {"HostName": host, "Protocol": scheme} if scheme else {}
    return {**elsewhere, "ReplaceKeyWith": key, "HttpRedirectCode": "301"}


# GitHub Pages


def _nothing(rules: Rules) -> str:
    return ""


_FORMS: Mapping[str, Callable[[Rules], str]] = {
    "netlify": _netlify,
    "cloudflare": _cloudflare,
    "headers": _headers,
    "apache": _apache,
    "nginx-maps": _nginx_maps,
    "nginx-server": _nginx_server,
    "caddy": _caddy,
    "vercel": _vercel,
    "s3": _s3,
    "empty": _nothing,
}
_HEADERS = ("/_headers", "headers")
# What the settings can name. The limits are those that each host tells in its documentation.
HOSTS: Mapping[str, Host] = {
    "apache": Host("Apache", (("/.htaccess", "apache"),), can_say=_apache_can_say),
    "caddy": Host("Caddy", (("/hosts/caddy.conf", "caddy"),)),
    "cloudflare": Host(
        "Cloudflare Pages",
        (("/_redirects", "cloudflare"), _HEADERS),
        most=2_000,
        can_say=_has_no_wildcard,
        knows_gone=False,
    ),
    "github": Host("GitHub Pages", (("/.nojekyll", "empty"),), takes_rules=False, knows_headers=False),
    "netlify": Host("Netlify", (("/_redirects", "netlify"), _HEADERS), most=10_000, can_say=_has_no_wildcard),
    "nginx": Host("nginx", (("/hosts/nginx-http.conf", "nginx-maps"), ("/hosts/nginx-server.conf", "nginx-server"))),
    "s3": Host(
        "Amazon S3",
        (("/hosts/s3-website.json", "s3"),),
        most=50,
        can_say=_s3_can_say,
        knows_gone=False,
        knows_headers=False,
    ),
    "vercel": Host("Vercel", (("/vercel.json", "vercel"),), most=2_000, can_say=_vercel_can_say, knows_gone=False),
}
# What needs no rules, and why.
NEEDLESS: Mapping[str, str] = {
    "gitlab": "GitLab Pages shows the page at an address and looks at no rule for it",
}
