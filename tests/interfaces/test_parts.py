"""Every part renders with its sample, in three languages, and can be read by everybody."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from django.utils import translation

from tests import world
from tests.paths import PACKAGE
from yinuo.interfaces.common import wording
from yinuo.interfaces.common.fields import FieldState, bind
from yinuo.interfaces.common.present import ChipState
from yinuo.interfaces.desk.views import parts, parts_catalogue, parts_samples
from yinuo.interfaces.desk.views.parts_samples import NOW

LANGUAGES = ("zh-hans", "zh-hant", "en")
TEMPLATES = PACKAGE / "templates"
STATIC = PACKAGE / "static"
VOID = {"input", "br", "hr", "img", "meta", "link", "path", "circle", "rect", "use"}


class Outline(HTMLParser):
    """Counts what stands at the top of a fragment, and finds tags that do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.roots = 0
        self.ids: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.open:
            self.roots += 1
        names = dict(attrs)
        if names.get("id"):
            self.ids.append(str(names["id"]))
        self.inline += [name for name in names if name == "style" or name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.open:
            self.roots += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open[-1:] == [tag], f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()


def outline(html: str) -> Outline:
    parser = Outline()
    parser.feed(html)
    parser.close()
    assert not parser.open, f"left open: {parser.open}"
    return parser


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_renders_as_one_element_in_every_language(language: str) -> None:
    with translation.override(language):
        for _title, group in parts_catalogue.all_groups():
            for sample in group:
                html = parts.render_sample(sample, RequestFactory().get("/desk/parts"))
                seen = outline(html)
                assert seen.roots == 1, sample.name
                assert not seen.inline, sample.name


def test_every_part_stands_in_the_gallery_or_inside_another_part() -> None:
    everything = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    shown = {each.template for _t, group in parts_catalogue.all_groups() for each in group}
    sources = everything + (PACKAGE / "interfaces/common/fields.py").read_text()
    for path in (TEMPLATES / "parts").glob("*.html"):
        name = f"parts/{path.name}"
        assert name in shown or f'"{name}"' in sources, f"{name} is never shown"


def test_no_template_holds_inline_style_or_script() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|javascript:", text), path
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script or 'type="application/json"' in script, f"{path}: {script}"


def test_every_icon_that_a_template_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "img" / "icons.svg").read_text()))
    for path in TEMPLATES.rglob("*.html"):
        named = set(re.findall(r'{% icon "([a-z-]+)"', path.read_text()))
        assert named <= drawn, path


# --- Colour -------------------------------------------------------------------------------------


def tokens(name: str) -> dict[str, str]:
    text = (STATIC / "css" / name).read_text()
    return dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6});", text))


def luminance(colour: str) -> float:
    parts_of_one = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts_of_one]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["tokens.css", "dark.css"])
def test_text_can_be_read_on_every_ground_it_stands_on(theme: str) -> None:
    colour = tokens(theme)
    grounds = ("paper", "surface", "sunk")
    pairs = [(ink, ground) for ink in ("ink", "muted", "pine", "pine-deep") for ground in grounds]
    pairs += [(ink, ground) for ink in ("vermilion", "jade", "amber") for ground in grounds[:2]]
    for tone in ("pine", "vermilion", "jade", "amber"):
        pairs += [(tone, f"{tone}-wash"), ("ink", f"{tone}-wash"), ("muted", f"{tone}-wash")]
    pairs += [("on-pine", "pine"), ("on-pine", "pine-deep"), ("paper", "ink")]
    for ink, ground in pairs:
        found = contrast(colour[ink], colour[ground])
        assert found >= 4.5, f"{theme}: {ink} on {ground} is only {found:.2f}"
    for ground in grounds:
        assert contrast(colour["edge"], colour[ground]) >= 3, f"{theme}: edge on {ground}"


def test_dark_gives_a_value_to_every_colour_of_light() -> None:
    assert tokens("tokens.css").keys() == tokens("dark.css").keys()


def test_colours_are_named_in_the_tokens_alone() -> None:
    for path in (STATIC / "css").rglob("*.css"):
        if path.name in {"tokens.css", "dark.css", "print.css"}:
            continue
        allowed = {"#fff"} if path.name == "account.css" else set()
        found = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text())) - allowed
        assert not found, f"{path.name}: {found}"


# --- The chip -----------------------------------------------------------------------------------


def test_the_chip_says_what_by_when_and_how_much_is_left() -> None:
    with translation.override("zh-hans"):
        chip = parts_samples.chip_soon()
        assert (chip.state, chip.when, chip.left) == (
            ChipState.SOON,
            "今天 14:31前",
            "还剩 11 分钟",
        )
    with translation.override("en"):
        assert parts_samples.chip_open().left == "1 day 19 h left"
        assert parts_samples.chip_broken().left == "3 h late"
        assert parts_samples.chip_kept_late().left == "Kept 25 min late"


def test_the_ring_empties_with_the_time_and_rests_while_paused() -> None:
    chip = replace(
        parts_samples.chip_open(), started_at=NOW, due_at=NOW + timedelta(hours=4), soon_at=None
    )
    assert chip.ring == "100 100"
    assert replace(chip, now=NOW + timedelta(hours=3)).ring == "25 100"
    assert replace(chip, now=NOW + timedelta(hours=5)).ring == "0 100"
    paused = replace(chip, paused_at=NOW + timedelta(hours=1), now=NOW + timedelta(hours=9))
    assert (paused.state, paused.ring) == (ChipState.PAUSED, "75 100")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "不到 1 分钟"),
        (20, "20 分钟"),
        (60, "1 小时"),
        (80, "1 小时 20 分"),
        (180, "3 小时"),
        (215, "3 小时"),
        (24 * 60, "1 天"),
        (29 * 60, "1 天 5 小时"),
        (50 * 60, "2 天"),
    ],
)
def test_a_span_is_said_in_words_that_matter(minutes: int, words: str) -> None:
    with translation.override("zh-hans"):
        assert wording.span(timedelta(minutes=minutes)) == words


def test_private_values_are_masked() -> None:
    assert wording.mask_phone("13912345678") == "139****5678"
    assert wording.mask_phone("12345") == "*****"
    assert wording.mask_tail("6222 0000 1111 6216") == "**** 6216"
    assert wording.mask_name("陈望舒") == "陈**"


def test_what_was_typed_is_kept_beside_what_is_wrong() -> None:
    form = bind(
        (FieldState(name="plate", label="Plate"), FieldState(name="phone", label="Phone")),
        {"plate": "示A·1"},
        {"plate": "too short", "cover": "not known"},
    )
    assert (form["plate"].value, form["plate"].error) == ("示A·1", "too short")
    assert form["plate"].described_by == "id_plate_error"
    assert [(line.anchor, line.text) for line in form.errors] == [
        ("", "not known"),
        ("id_plate", "too short"),
    ]


def test_typed_text_is_escaped() -> None:
    field = FieldState(name="plate", label="Plate", value='"><script>alert(1)</script>')
    sample = parts_samples.Sample("field", "parts/field.html", {"field": field})
    assert "<script" not in parts.render_sample(sample)


# --- Pages --------------------------------------------------------------------------------------


@pytest.fixture
def signed_in(client: Client, db: None) -> Client:
    client.force_login(world.build().staff["agent"])
    return client


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["/desk/parts", "/desk/parts/case", "/desk/parts/portal"])
def test_gallery_pages_are_whole_and_have_no_id_twice(
    signed_in: Client, address: str, language: str
) -> None:
    response = signed_in.get(address, {"language": language, "theme": "dark"})
    assert response.status_code == 200
    seen = outline(re.sub(r"<!DOCTYPE html>", "", response.content.decode()))
    assert not seen.inline
    assert sorted(set(seen.ids)) == sorted(seen.ids)


def test_the_gallery_is_for_staff(client: Client, db: None) -> None:
    assert client.get("/desk/parts").status_code == 302


def test_the_chosen_theme_is_kept_in_a_cookie_and_leads_back(signed_in: Client) -> None:
    response = signed_in.post("/theme", {"theme": "dark", "next": "/desk/parts"})
    assert (response.status_code, response.headers["Location"]) == (302, "/desk/parts")
    assert (
        'href="/static/css/dark.css" media="screen"'
        in signed_in.get("/desk/parts").content.decode()
    )
    elsewhere = signed_in.post("/theme", {"theme": "", "next": "https://evil.example/"})
    assert elsewhere.headers["Location"] == "/"


def test_a_portal_page_weighs_at_most_sixty_kilobytes(signed_in: Client) -> None:
    html = signed_in.get("/desk/parts/portal").content
    total = len(gzip.compress(html))
    addresses = set(re.findall(r'(?:href|src)="/static/([^"#]+)', html.decode()))
    assert addresses
    for address in addresses:
        total += len(gzip.compress((STATIC / address).read_bytes())) + 300
    assert total <= 60_000, f"{total} bytes for {len(addresses)} files"


@pytest.mark.parametrize("name", ["403.html", "404.html", "500.html", "403_csrf.html"])
def test_error_pages_render_without_anything_at_hand(name: str) -> None:
    html = parts.render_sample(parts_samples.Sample(name, name))
    assert outline(html.replace("<!DOCTYPE html>", "")).roots == 1


def test_sign_in_looks_like_the_rest(client: Client, db: None) -> None:
    html = client.get("/accounts/login/").content.decode()
    seen = outline(html.replace("<!DOCTYPE html>", ""))
    assert not seen.inline
    assert 'class="portal account"' in html
    assert 'name="password"' in html


def test_times_are_shown_in_the_zone_of_the_insurer() -> None:
    at = datetime.fromisoformat("2026-03-02T07:30:00+00:00")
    with translation.override("zh-hans"):
        assert wording.full_time(at) == "2026年3月2日 15:30"
        assert wording.near_time(at, NOW) == "3月2日 15:30"


def test_scripts_are_small_modules_without_a_build() -> None:
    for path in Path(STATIC / "js").glob("*.js"):
        text = path.read_text()
        assert len(text) < 6_000, path.name
        assert not re.search(r"\beval\(|innerHTML =", text), path.name
