"""The preview: builds, reloads, shows what is wrong, and answers to this machine alone."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sites import make, write
from tests.test_build import THREE


@contextmanager
def serving(root: Path, stop: signal.Signals = signal.SIGINT) -> Iterator[int]:
    """Run `newsgen serve` for a site; give its port; end it with a signal and see that it ends well."""
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "newsgen", "serve", "--port", "0"],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert server.stdout
    try:
        for line in server.stdout:
            if found := re.search(r"http://localhost:(\d+)/", line):
                yield int(found[1])
                break
        else:
            pytest.fail("the preview never said where it is")
    finally:
        server.send_signal(stop)
        rest = server.communicate(timeout=30)[0]
        assert "Traceback" not in rest, rest
        assert server.returncode == 128 + stop


def get(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def next_build(port: int, seen: str) -> str:
    """Wait until there was another build than `seen`, as the script in a page does; return its number."""
    return get(port, f"/.newsgen/reload?seen={seen}")[1]


def test_a_change_is_built_and_told_to_the_page_and_a_mistake_is_shown(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    with serving(root) as port:
        status, page = get(port, "/2024/03/05/flood/")
        assert (status, '<script src="/.newsgen/reload.js"' in page) == (200, True)
        assert "reload.js" not in (root / "output/2024/03/05/flood/index.html").read_text()
        seen = get(port, "/.newsgen/reload?seen=")[1]
        flood = root / "articles/2024/flood.md"
        flood.write_text(flood.read_text().replace("second", "mended"))
        seen = next_build(port, seen)
        assert "mended paragraph" in get(port, "/2024/03/05/flood/")[1]

        write(root, "articles/bad.md", "---\ntitle: <b>Bad</b>\ndate: <i>never</i>\n---\n")
        seen = next_build(port, seen)
        status, page = get(port, "/2024/03/05/flood/")
        assert status == 500
        assert "articles/bad.md:3" in page
        assert "&lt;i&gt;never" in page and "<i>" not in page
        assert get(port, "/theme/style.css")[0] == 200

        (root / "articles/bad.md").unlink()
        next_build(port, seen)
        assert get(port, "/2024/03/05/flood/")[0] == 200


def test_only_this_machine_is_answered_and_nothing_outside_the_output(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    with serving(root) as port:
        assert get(port, "/", Host="evil.example")[0] == 403
        assert get(port, "/", method="HEAD", Host="evil.example")[0] == 403
        assert get(port, "/", Host=f"localhost:{port}")[0] == 200
        assert get(port, "/nothing/here/")[0] == 404
        assert "Page not found" in get(port, "/nothing/here/")[1]
        for path in ("/../newsgen.yaml", "/%2e%2e/newsgen.yaml", "/..%2fnewsgen.yaml", "//etc/passwd"):
            status, text = get(port, path)
            assert status == 404
            assert "title: The Test Record" not in text


def test_a_service_manager_ends_the_preview_with_its_own_signal(tmp_path: Path) -> None:
    with serving(make(tmp_path, THREE), signal.SIGTERM) as port:
        assert get(port, "/")[0] == 200


def test_a_taken_port_is_wrong_usage(tmp_path: Path) -> None:
    root = make(tmp_path, THREE)
    with serving(root) as port:
        done = subprocess.run(
            [sys.executable, "-m", "newsgen", "serve", "--port", str(port)],
            cwd=root, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert f"port {port} cannot be used" in done.stderr
