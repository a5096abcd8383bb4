"""What the settings of the theme may be: pictures that are pictures, colours that are colours and can be read."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from newsgen import colours, config, svg
from newsgen.build import build
from newsgen.errors import errors_in
from tests.sites import make, write

STYLE = Path(__file__).parent.parent / "templates/static/style.css"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">\n{}\n</svg>\n'


def mistakes(root: Path) -> list[str]:
    with pytest.raises(ExceptionGroup) as raised:
        config.read(root)
    return [str(error) for error in errors_in(raised.value)]


def with_logo(root: Path, picture: str | bytes) -> Path:
    make(root, "", "title: T\nlogo: /x.svg\n")
    write(root, "static/x.svg", picture)
    return root


# Pictures


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        ("<script>alert(1)</script>", "a <script> element"),
        ('<s:script xmlns:s="http://www.w3.org/2000/svg"/>', "a <script> element"),
        ('<rect onload="alert(1)"/>', "the event handler 'onload'"),
        ('<rect OnClick="alert(1)"/>', "the event handler 'OnClick'"),
        ("<foreignObject><p>Text</p></foreignObject>", "a <foreignObject> element"),
        ('<image href="https://example.com/a.png"/>', "the address 'https://example.com/a.png' in 'href'"),
        ('<use xlink:href="//example.com/a.svg#b"/>', "the address '//example.com/a.svg#b' in 'href'"),
        ('<a href="java&#10;script:alert(1)"><rect/></a>', "in 'href'"),
        ('<image href="data:image/svg+xml,x"/>', "the address 'data:image/svg+xml,x' in 'href'"),
        ('<rect fill="url(https://example.com/a.svg#b)"/>', "the address 'https://example.com/a.svg#b' in 'fill'"),
        ('<rect style="fill: u\\72l(//example.com/a)"/>', "the address '//example.com/a' in 'style'"),
        ("<style>@import 'a.css';</style>", "'@import' in a style"),
        ("<style>a { b: image-set('https://example.com/a.png' 1x) }</style>", "'https://' in a style"),
        ('<a><set attributeName="href" to="j"/></a>', "an animation of 'href'"),
        ("<?xml-stylesheet href='https://example.com/a.css'?>", "the instruction <?xml-stylesheet?>"),
    ],
)
def test_a_logo_that_is_more_than_a_picture_is_an_error_with_both_places(
    tmp_path: Path, inside: str, what: str
) -> None:
    (text,) = mistakes(with_logo(tmp_path, SVG.format(inside)))
    assert text.startswith("newsgen.yaml:2: the picture '/x.svg' holds ")
    assert what in text
    assert "(static/x.svg:2)" in text
    assert "hint: export it as a plain picture" in text


@pytest.mark.parametrize(
    "inside",
    [
        '<rect fill="url(#a)" style="stroke: url(#b)" transform="scale(2)"/>',
        '<use href="#a"/><image href="data:image/png;base64,iVBOR//w0KGgo="/><image href="beside.png"/>',
        "<style>/* from https://example.com */ rect { fill: url('#a'); }</style>",
        "<title>On the road: https://example.com</title><metadata><a:b xmlns:a='http://example.com/'/></metadata>",
        '<animate attributeName="opacity" from="0" to="1"/>',
    ],
)
def test_what_belongs_to_a_picture_is_no_mistake(tmp_path: Path, inside: str) -> None:
    assert config.read(with_logo(tmp_path, SVG.format(inside))).logo == "/x.svg"


def test_a_document_type_as_drawing_programs_write_it_is_no_mistake(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
    assert config.read(with_logo(tmp_path, '<?xml version="1.0"?>\n' + doctype + SVG.format(""))).logo


def test_entities_are_refused_before_they_are_read(tmp_path: Path) -> None:
    names = "abcdefghi"
    levels = [f'<!ENTITY {name} "{f"&{before};" * 20}">\n' for before, name in pairwise(names)]
    bomb = '<!DOCTYPE svg [\n<!ENTITY a "ha">\n' + "".join(levels)
    (text,) = mistakes(with_logo(tmp_path, bomb + "]>\n<svg>&i;</svg>"))
    assert "holds the declaration of an entity (static/x.svg:2)" in text


@pytest.mark.parametrize("data", [b"", b"<svg>", b"\x00\xff\xfe<", b'<?xml version="1.0" encoding="no-such"?><svg/>'])
def test_a_picture_that_is_no_xml_is_an_error(tmp_path: Path, data: bytes) -> None:
    (text,) = mistakes(with_logo(tmp_path, data))
    assert "no well-formed XML" in text


def test_a_page_by_the_name_of_a_picture_is_an_error(tmp_path: Path) -> None:
    (text,) = mistakes(with_logo(tmp_path, '<html xmlns="http://www.w3.org/1999/xhtml"/>'))
    assert "the element <html> where <svg> should be (static/x.svg:1)" in text


def test_no_more_than_five_findings_of_a_picture_are_named() -> None:
    assert len(svg.findings(SVG.format("\n".join(["<script/>"] * 100)).encode())) == 5


def test_the_logo_of_the_publisher_is_looked_at_as_well(tmp_path: Path) -> None:
    make(tmp_path, "", "title: T\npublisher:\n  name: P\n  logo: /img/x.svg\n")
    write(tmp_path, "static/img/x.svg", SVG.format("<script/>"))
    (text,) = mistakes(tmp_path)
    assert text.startswith("newsgen.yaml:4: the picture '/img/x.svg' holds a <script> element (static/img/x.svg:2)")


def test_an_icon_of_the_theme_is_looked_at_as_well(tmp_path: Path) -> None:
    make(tmp_path, "", "title: T\n")
    write(tmp_path, "templates/static/icon.svg", SVG.format("<script/>"))
    (text,) = mistakes(tmp_path)
    assert text.startswith("templates/static/icon.svg:2: this picture holds a <script> element")


def test_a_logo_of_another_kind_is_not_read_as_xml(tmp_path: Path) -> None:
    make(tmp_path, "", "title: T\nlogo: /x.png\n")
    write(tmp_path, "static/x.png", "no XML")
    assert config.read(tmp_path).logo == "/x.png"


# Colours


def coloured(root: Path, *lines: str) -> Path:
    return make(root, "", "\n".join(["title: T", "colours:", *(f"  {line}" for line in lines), ""]))


@pytest.mark.parametrize("colour", ["#fff", "#FFFF", "#a51c30", "#a51c30ff", "rebeccapurple", "DarkSlateGrey"])
def test_hexadecimal_numbers_and_css_names_are_colours(tmp_path: Path, colour: str) -> None:
    assert config.read(coloured(tmp_path, f'accent: "{colour}"')).colours == (("accent", colour),)


@pytest.mark.parametrize(
    ("colour", "hint"),
    [
        ("crimsn", "did you mean 'crimson'?"),
        ("Dark-Blue", "did you mean 'darkblue'?"),
        ("#12345", "write it as 'accent: \"#a51c30\"', or by its CSS name"),
        ("red;} body{display:none", "write it as"),
        ("url(//example.com)", "write it as"),
        ("inherit", "hint"),
    ],
)
def test_what_is_no_colour_is_an_error_with_a_hint(tmp_path: Path, colour: str, hint: str) -> None:
    (text,) = mistakes(coloured(tmp_path, f'accent: "{colour}"'))
    assert text.startswith(f"newsgen.yaml:3: '{colour}' is not a colour")
    assert hint in text


def test_the_colours_that_are_known_as_the_defaults_are_those_of_the_style() -> None:
    root = STYLE.read_text("utf-8").split(":root {", 1)[1].split("}", 1)[0]
    given = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", root))
    assert given == colours.DEFAULTS
    assert set(given) == set(config.COLOURS)


def test_the_default_colours_can_be_read() -> None:
    known = {name: colours.read(value) for name, value in colours.DEFAULTS.items()}
    for name in ("accent", "ink"):
        for end in ("", "-dark"):
            assert colours.contrast(known[name + end], known["paper" + end]) >= colours.LEAST_CONTRAST


@pytest.mark.parametrize(
    ("first", "second", "ratio"), [("black", "white", 21), ("#777", "#fff", 4.478), ("red", "red", 1)]
)
def test_contrast_is_that_of_wcag(first: str, second: str, ratio: float) -> None:
    assert colours.contrast(colours.read(first), colours.read(second)) == pytest.approx(ratio, abs=0.001)


def test_a_colour_that_is_hard_to_read_is_a_warning_with_its_contrast(tmp_path: Path) -> None:
    warnings = build(coloured(tmp_path, "paper: white", 'accent: "#777"', "accent-dark: pink")).warnings
    assert [str(warning) for warning in warnings] == [
        "newsgen.yaml:4: 'accent' on 'paper' has a contrast of 4.47:1, and text needs 4.5:1\n"
        "    hint: make 'accent' darker, or 'paper' lighter"
    ]


def test_a_colour_is_held_against_the_theme_where_its_ground_is_not_given(tmp_path: Path) -> None:
    (warning,) = build(coloured(tmp_path, "ink-dark: dimgray")).warnings
    assert warning.message.startswith("'ink-dark' on 'paper-dark' has a contrast of 3.")
    assert warning.hint == "make 'ink-dark' lighter, or 'paper-dark' darker"


def test_a_paper_is_held_against_the_inks_of_the_theme(tmp_path: Path) -> None:
    warnings = build(coloured(tmp_path, "paper: black")).warnings
    assert [warning.message.split()[0] for warning in warnings] == ["'accent'", "'ink'"]


def test_the_dark_accent_that_follows_the_light_one_is_looked_at(tmp_path: Path) -> None:
    warnings = build(coloured(tmp_path, "accent: black", "paper-dark: '#555'", "ink-dark: white")).warnings
    assert [warning.message.split()[0] for warning in warnings] == ["'accent-dark'"]


def test_what_shines_through_counts_as_it_is_seen(tmp_path: Path) -> None:
    (warning,) = build(coloured(tmp_path, 'ink: "#0004"')).warnings
    assert warning.message.startswith("'ink' on 'paper' has a contrast of 1.")


def test_good_colours_and_none_at_all_are_no_warning(tmp_path: Path) -> None:
    assert build(coloured(tmp_path / "one", 'accent: "#1c5aa5"', "accent-dark: lightskyblue")).warnings == ()
    assert build(make(tmp_path / "two", "", "title: T\n")).warnings == ()
