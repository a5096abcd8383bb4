"""Rules for hosts: what moved and what is gone is answered as the pages say it, and no address says more than that."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen import config
from newsgen.build import build
from newsgen.errors import errors_in
from newsgen.hosts import HOSTS, HostFile, Rule, Rules, fitting, read_path, read_target
from newsgen.plan.hosts import host_pages
from newsgen.surveying import survey
from newsgen.verify import Manners, manifest_of_folder, verify_live
from tests.sites import make, snapshot, write

SETTINGS = "title: The Test Record\nbase_url: https://example.org/archive\nsearch: false\nhosts: "
# Former addresses with every sign that a file name may hold and that means something to some server.
ODD = (
    "/old/", "/old.html", "/no.dots/", "/a$1/", "/a$%7Bx%7Db/", "/%7B$HOME%7D/", "/%7Bpath%7D/", "/(a)/", "/a+b/",
    "/[a]/", "/a^/", "/it's/", "/a;b/", "/a&b=c,d/", "/`a`/", "/~a/", "/@a!/", "/é/ü/", "/日本/", "/a=b/", "/-x/",
)  # fmt: skip
SITE = (
    f"-- articles/new.md --\n---\ntitle: New\ndate: 2024-03-01\naliases: {json.dumps(ODD, ensure_ascii=False)}\n---\n"
    "-- articles/gone.md --\n---\ntitle: Gone\ndate: 2024-03-02\nstatus: removed\nurl: /gone/é$1/\n---\nText.\n"
    "-- articles/ended.md --\n---\ntitle: Ended\ndate: 2024-03-04\nstatus: removed\nurl: /ended/ü/\n---\nText.\n"
    "-- articles/away.md --\n---\ntitle: Away\ndate: 2024-03-03\nurl: /away/\n"
    "redirect: 'https://münchen.example:8080/a b/\"?q=%41&r={x}$1#\\end'\n---\n"
)
TARGET = "/archive/2024/03/01/new/"
AWAY = "https://xn--mnchen-3ya.example:8080/a%20b/%22?q=%41&r=%7Bx%7D%241#%5Cend"


def built(folder: Path, names: str, text: str = SITE) -> dict[str, bytes]:
    """Return the output of a site with such hosts."""
    build(make(folder, text, settings=f"{SETTINGS}[{names}]\n"))
    return snapshot(folder / "output")


def settings_error(folder: Path, line: str) -> str:
    write(folder, "newsgen.yaml", f"title: T\nhosts: {line}\n")
    with pytest.raises(ExceptionGroup) as raised:
        config.read(folder)
    return str(next(iter(errors_in(raised.value))))


# What is written


def test_nothing_is_written_for_hosts_unless_it_is_asked_for(tmp_path: Path) -> None:
    build(make(tmp_path, SITE))
    files = {url.lstrip("/") for host in HOSTS.values() for url, _ in host.files}
    assert not files & set(snapshot(tmp_path / "output"))


def test_every_former_address_and_every_tombstone_has_a_rule_for_netlify(tmp_path: Path) -> None:
    lines = built(tmp_path, "netlify")["_redirects"].decode().splitlines()
    assert "/archive/old/ /archive/2024/03/01/new/ 301!" in lines
    assert f"/archive/away/ {AWAY} 301!" in lines
    assert "/archive/gone/%C3%A9$1/ /archive/gone/%C3%A9$1/index.html 410!" in lines
    assert len(lines) == len(ODD) + 3
    assert all(len(line.split()) == 3 for line in lines)


def test_cloudflare_has_neither_rules_for_what_is_gone_nor_signs_that_it_does_not_know(tmp_path: Path) -> None:
    lines = built(tmp_path, "cloudflare")["_redirects"].decode().splitlines()
    assert len(lines) == len(ODD) + 1
    assert all(line.split()[2] == "301" for line in lines)


def test_a_file_with_nothing_to_say_is_left_out(tmp_path: Path) -> None:
    made = built(tmp_path, "netlify, github", "-- articles/a.md --\n---\ntitle: A\ndate: 2024\n---\n")
    assert made[".nojekyll"] == b""
    assert "_redirects" not in made
    assert "_headers" not in made


def test_the_files_of_hosts_are_in_no_sitemap_and_links_lead_to_none(tmp_path: Path) -> None:
    made = built(tmp_path, "nginx, apache, caddy, s3, vercel, netlify, github, headers")
    urls = [url.lstrip("/") for name, host in HOSTS.items() if name != "cloudflare" for url, _ in host.files]
    assert set(urls) <= set(made)
    pages = b"".join(data for path, data in made.items() if path not in urls and path != "manifest-sha256.txt")
    for url in urls:
        assert url.encode() not in pages


def test_a_second_build_writes_nothing_and_a_former_address_more_changes_the_rules(tmp_path: Path) -> None:
    built(tmp_path, "netlify, nginx, github")
    assert not build(tmp_path).rendered
    article = tmp_path / "articles/new.md"
    article.write_text(article.read_text("utf-8").replace('["/old/"', '["/older/", "/old/"'), "utf-8")
    rendered = set(build(tmp_path).rendered)
    assert {"/_redirects", "/hosts/nginx-http.conf", "/older/"} <= rendered
    assert not {"/.nojekyll", "/_headers", "/old/", "/", "/sitemap.xml"} & rendered


def test_a_host_that_is_taken_out_takes_its_files_along(tmp_path: Path) -> None:
    built(tmp_path, "netlify, nginx")
    made = built(tmp_path, "nginx")
    assert "_redirects" not in made
    assert "hosts/nginx-http.conf" in made


@pytest.mark.parametrize(
    ("name", "path"), [("netlify", "_redirects"), ("apache", ".htaccess"), ("vercel", "vercel.json")]
)
def test_a_file_of_ones_own_is_not_written_over(tmp_path: Path, name: str, path: str) -> None:
    make(tmp_path, f"{SITE}-- static/{path} --\nmine\n", settings=f"{SETTINGS}[{name}]\n")
    with pytest.raises(ExceptionGroup) as raised:
        build(tmp_path)
    text = "\n".join(map(str, errors_in(raised.value)))
    assert f"/{path} is wanted by static/{path} and the rules for {HOSTS[name].title}" in text
    assert "take the host out of 'hosts'" in text
    assert not (tmp_path / "output").exists() or not snapshot(tmp_path / "output")


# Settings


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[netlfy]", "did you mean 'netlify'?"),
        ("frontpage", "there are apache, caddy, cloudflare, github, netlify, nginx, s3, vercel, headers"),
        ("[gitlab]", "'gitlab' needs no rules: GitLab Pages shows the page"),
        ("[netlify, cloudflare]", "'cloudflare' and 'netlify' read the same file"),
        ("[headers]", "'headers' needs a host that sends them"),
        ("[s3, headers]", "'headers' needs a host that sends them"),
        ("{netlify: true}", "this setting must be one text"),
    ],
)
def test_a_setting_that_cannot_be_is_an_error_with_a_hint(tmp_path: Path, line: str, message: str) -> None:
    assert message in settings_error(tmp_path, line)


def test_hosts_may_be_one_name_and_their_order_means_nothing(tmp_path: Path) -> None:
    write(tmp_path, "newsgen.yaml", "title: T\nhosts: nginx, apache\n")
    one = config.read(tmp_path)
    write(tmp_path, "newsgen.yaml", "title: T\nhosts: [Apache, nginx, apache]\n")
    assert one.hosts == config.read(tmp_path).hosts == ("apache", "nginx")


# Limits


def moved(count: int, path: str = "/old-%05d/") -> Rules:
    return Rules(redirects=tuple(Rule(path % number, "/new/") for number in range(count)))


@pytest.mark.parametrize("name", [name for name, host in HOSTS.items() if host.most])
def test_past_the_limit_of_a_host_the_first_rules_stay(name: str) -> None:
    host = HOSTS[name]
    fit = fitting(host, moved(host.most + 7))
    assert len(fit.rules.redirects) == host.most
    assert fit.too_many == 7
    assert not fitting(host, moved(host.most)).too_many


def test_what_is_gone_is_kept_before_what_moved() -> None:
    host = HOSTS["netlify"]
    rules = Rules(moved(host.most).redirects, (Rule("/z/"),))
    assert fitting(host, rules).rules.gone == (Rule("/z/"),)


def test_a_limit_that_is_passed_is_a_warning_that_names_the_host(tmp_path: Path) -> None:
    aliases = json.dumps([f"/old-{number}/" for number in range(60)])
    text = f"-- articles/a.md --\n---\ntitle: A\ndate: 2024\naliases: {aliases}\n---\n"
    report = build(make(tmp_path, text, settings=f"{SETTINGS}[s3]\n"))
    assert "Amazon S3 takes 50 rules, and there are 60: the last 10 are left out" in str(report.warnings[0])
    made = json.loads((tmp_path / "output/hosts/s3-website.json").read_bytes())
    assert len(made["RoutingRules"]) == 50


def test_an_address_that_a_host_cannot_say_is_left_out_and_named() -> None:
    rules = Rules(redirects=(Rule("/a*/", "/b/"), Rule("/long" + "x" * 1000, "/b/"), Rule("/c/", "/b/")))
    fit = fitting(HOSTS["cloudflare"], rules)
    assert [rule.path for rule in fit.rules.redirects] == ["/c/"]
    assert fit.unsaid[0] == "/a*/"


def test_s3_has_no_rule_that_would_answer_for_other_pages(tmp_path: Path) -> None:
    text = "-- articles/a.md --\n---\ntitle: A\ndate: 2024\naliases: [/x/, /y/]\n---\n"
    text += "-- pages/x/y.md --\n---\ntitle: P\n---\n"
    made = built(tmp_path, "s3", text)
    keys = [rule["Condition"]["KeyPrefixEquals"] for rule in json.loads(made["hosts/s3-website.json"])["RoutingRules"]]
    assert keys == ["archive/y/"]


# What was taken away without a page


def test_urls_without_a_page_are_gone_unless_something_stands_there(tmp_path: Path) -> None:
    make(tmp_path, SITE, settings=f"{SETTINGS}[netlify]\n")
    found = survey(tmp_path)
    gone = ("/vanished/", "/2024/03/01/NEW/", "/a\nb/", "/%ff/", "/../x/", "/x//y/", "no-path/")
    pages = host_pages(found.archive, found.plan.items, gone).pages
    text = next(page.context.text(str) for page in pages if page.url == "/_redirects")  # type: ignore[attr-defined]
    assert text.startswith(
        "/archive/ended/%C3%BC/ /archive/ended/%C3%BC/index.html 410!\n"
        "/archive/gone/%C3%A9$1/ /archive/gone/%C3%A9$1/index.html 410!\n/archive/vanished/ /archive/404.html 410!\n"
    )
    assert text.count("410!") == 3


# Hostile addresses


@given(st.text(), st.text())
@settings(max_examples=300, deadline=None)
def test_no_address_adds_a_line_or_a_word_to_any_file(path: str, target: str) -> None:
    path, target = read_path("/" + path), read_target("https://example.org/" + target)
    redirects = (Rule(path, target),) if path and target and _is_said(path) else ()
    plain = (Rule("/x/", "https://example.org/"),) if redirects else ()
    for host in HOSTS.values():
        for _, form in host.files:
            made = HostFile(form, fitting(host, Rules(redirects)).rules).text(lambda body: "")
            expected = HostFile(form, fitting(host, Rules(plain)).rules).text(lambda body: "")
            if host.can_say(redirects[0]) if redirects else True:
                assert len(made.split("\n")) == len(expected.split("\n"))


def _is_said(path: str) -> bool:
    return len(path) < 400


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/a b/", "/a%20b/"),
        ("//evil.example/", ""),
        ("https://user:secret@example.org/", ""),
        ("javascript:alert(1)", ""),
        ("https://exa mple.org/", ""),
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.org:443/%zz", "https://example.org:443/%25zz"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("https://example.org/a\nSet-Cookie: x", ""),
        ('https://example.org/"; return 200;', "https://example.org/%22;%20return%20200;"),
    ],
)
def test_a_target_is_one_word_or_none(written: str, read: str) -> None:
    assert read_target(written) == read


# Headers


def test_headers_are_added_to_the_files_of_each_host_that_sends_them(tmp_path: Path) -> None:
    text = f"{SITE}-- newsgen.yaml --\ntitle: T\nhosts: [netlify, apache, nginx, caddy, vercel, headers]\n"
    make(tmp_path, text)
    build(tmp_path)
    made = snapshot(tmp_path / "output")
    for path in ("_headers", ".htaccess", "hosts/nginx-http.conf", "hosts/caddy.conf", "vercel.json"):
        written = made[path].decode()
        assert "default-src 'self'" in written
        assert "'wasm-unsafe-eval'" in written
        assert "immutable" in written
    assert "nosniff" in made["hosts/nginx-server.conf"].decode()


def test_without_a_search_nothing_may_compile(tmp_path: Path) -> None:
    made = built(tmp_path, "netlify, apache, nginx, caddy, vercel, headers")
    for path in ("_headers", ".htaccess", "hosts/nginx-http.conf", "hosts/caddy.conf", "vercel.json"):
        assert b"wasm" not in made[path]
        assert b"immutable" not in made[path]


# Real servers: where one is installed, it is asked at every address


NGINX = """
daemon off; error_log stderr; pid {run}/pid;
events {{}}
http {{
  access_log off;
  client_body_temp_path {run}; proxy_temp_path {run}; fastcgi_temp_path {run}; uwsgi_temp_path {run};
  scgi_temp_path {run};
  include {site}/hosts/nginx-http.conf;
  server {{ listen 127.0.0.1:{port}; root {root}; index index.html; include {site}/hosts/nginx-server.conf; }}
}}
"""
APACHE = """
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {run}/pid
ErrorLog /dev/stderr
DocumentRoot {root}
DirectoryIndex index.html
{modules}
<Directory {root}>
  AllowOverride All
  Require all granted
</Directory>
"""
CADDY = """{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  root * {root}
  import {site}/hosts/caddy.conf
  file_server
}}
"""
MODULES = ("mpm_event", "authz_core", "dir", "alias", "headers")
PLACES = ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2")


def _command(name: str, run: Path, root: Path, port: int) -> list[str]:
    """Return the command that serves `root` by a server, with the site in its folder "archive"."""
    program = shutil.which({"apache": "apache2"}.get(name, name), path="/usr/sbin:/usr/bin:/usr/local/bin:/sbin")
    if not program:
        pytest.skip(f"{name} is not installed here, and its rules are only looked at")
    given = {"run": run, "root": root, "site": root / "archive", "port": port}
    if name == "nginx":
        write(run, "conf", NGINX.format(**given))
        return [program, "-c", str(run / "conf")]
    if name == "caddy":
        write(run, "Caddyfile", CADDY.format(**given))
        return [program, "run", "--adapter", "caddyfile", "--config", str(run / "Caddyfile")]
    folder = next(place for place in PLACES if Path(place).is_dir())
    modules = "\n".join(f"LoadModule {item}_module {folder}/mod_{item}.so" for item in MODULES)
    write(run, "conf", APACHE.format(modules=modules, **given))
    return [program, "-DFOREGROUND", "-f", str(run / "conf")]


@contextmanager
def served(name: str, run: Path, root: Path) -> Iterator[int]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    for place in (root, run, *root.parents):
        if place.is_relative_to("/tmp"):
            place.chmod(0o755)
    command = _command(name, run, root, port)
    with (run / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            for _ in range(100):
                assert server.poll() is None, (run / "log").read_text("utf-8")
                with socket.socket() as tried:
                    if not tried.connect_ex(("127.0.0.1", port)):
                        break
                time.sleep(0.05)
            yield port
        finally:
            server.terminate()


def asked(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("GET", path)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@pytest.mark.parametrize("name", ["nginx", "apache", "caddy"])
def test_a_real_server_answers_as_the_rules_say(tmp_path: Path, name: str) -> None:
    site = make(tmp_path / "site", SITE, settings=f"{SETTINGS}[{name}, headers]\n".replace("search: false\n", ""))
    root, run = tmp_path / "root", tmp_path / "run"
    root.mkdir()
    run.mkdir()
    vanished = ("/vanished/", '/v$1{a}"b/')
    _build_with(site, root / "archive", vanished)
    with served(name, run, root) as port:
        for path in ODD:
            status, headers, _ = asked(port, "/archive" + read_path(unquote(path)))
            assert (path, status) == (path, 301)
            assert headers["location"].removeprefix(f"http://127.0.0.1:{port}") == TARGET
        status, headers, _ = asked(port, "/archive/away/")
        assert (status, headers["location"]) == (301, AWAY)
        assert asked(port, "/archive/gone/%C3%A9$1/")[0] == 410
        status, _, body = asked(port, "/archive/ended/%C3%BC/")
        assert (status, b"Ended" in body) == (410, True)
        for path in vanished:
            assert asked(port, "/archive" + read_path(path))[0] == 410
        status, _, body = asked(port, "/archive/nothing/")
        assert (status, b"Page not found" in body) == (404, name != "caddy")
        status, headers, body = asked(port, TARGET)
        assert (status, b"<h1" in body) == (200, True)
        assert headers["x-content-type-options"] == "nosniff"
        assert "wasm" not in headers["content-security-policy"]
        assert headers["cache-control"] == "public, max-age=300"
        assert "wasm" in asked(port, "/archive/search/")[1]["content-security-policy"]
        hashed = next((root / "archive/search").rglob("*.pf_fragment")).relative_to(root).as_posix()
        status, headers, _ = asked(port, f"/{hashed}")
        assert (status, headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
        assert asked(port, "/archive/old")[0] in (301, 308)
        assert asked(port, "/archive/old/index.html")[0] == 200
        base, copy = f"http://127.0.0.1:{port}/archive", root / "archive"
        found = verify_live(base, manifest_of_folder(copy), Manners(delay=0), copy=copy).findings
        assert {item.path for item in found} <= {url[1:] for url, _ in HOSTS[name].files}


def _build_with(site: Path, out: Path, gone: tuple[str, ...]) -> None:
    """Build a site, and put in the rules that there are where URLs have vanished."""
    build(site, out)
    found = survey(site)
    for page in host_pages(found.archive, found.plan.items, gone).pages:
        write(out, page.url.lstrip("/"), page.context.text(str))  # type: ignore[attr-defined]
