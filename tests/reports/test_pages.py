"""The HTML pages in a real browser: three widths, no errors, accessible, quick with 5,000."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fwaudit.auditor.dossier.dossier import Dossier, build
from fwaudit.auditor.dossier.present import exhibit_of
from fwaudit.reports import RenderOptions, render
from fwaudit.reports.dossier import ReportOptions, render_report

from .conftest import HOSTILE_MESSAGE, make_result, scan_document, verify_document

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.browser
WIDTHS = (360, 820, 1440)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's chromium, driven by playwright."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs the playwright package: pip install fwaudit[reports]"
    )
    if CHROMIUM is None:
        pytest.skip("needs a browser: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Callable[..., tuple[Any, list[str]]]]:
    """Open a page at a width; returns it with everything that its console said."""
    contexts: list[Any] = []

    def open_it(text: str, width: int = 1440, scheme: str = "light") -> tuple[Any, list[str]]:
        path = tmp_path / "page.html"
        path.write_text(text, "utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        # A busy machine is no fault of the page.
        page.set_default_timeout(120_000)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
        page.on("request", lambda r: said.append(r.url) if r.url != path.as_uri() else None)
        page.goto(path.as_uri())
        return page, said

    yield open_it
    for context in contexts:
        context.close()


def _many(release: Path, count: int) -> Dossier:
    document = scan_document(release)
    base = document["findings"]
    document["findings"] = [
        {**base[number % 2], "message": f"finding {number}: {base[number % 2]['message']}"}
        for number in range(count)
    ]
    verified = [
        exhibit_of(verify_document(release, verdict), "verify.json", "verify")
        for verdict in ("deterministic", "nondeterministic")
    ]
    return build(release, exhibit_of(document, "scan.json", "scan"), verified)


def _page(dossier: Dossier) -> str:
    return render_report("html", dossier, ReportOptions())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [0, 20])
def test_dossier_fits_and_is_accessible(
    count: int, width: int, scheme: str, open_page: Callable[..., Any], release: Path
) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs fwaudit[reports]"
    )
    page, said = open_page(_page(_many(release, count)), width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert _clipped(page) == []
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert said == []


def _clipped(page: Any) -> list[str]:
    """Return texts that stand outside the page and in no box that scrolls."""
    return page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter(e => {
          const box = e.getBoundingClientRect();
          return box.width && box.right > innerWidth + 1 && !e.closest(".scroll, pre, nav");
        }).map(e => e.tagName + " " + e.textContent.slice(0, 40))"""
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_the_answer_is_on_the_first_screen(
    width: int, open_page: Callable[..., Any], release: Path
) -> None:
    page, _ = open_page(_page(_many(release, 20)), width)
    cards = page.locator(".answers > li")
    assert cards.count() == 4
    for number in range(4):
        box = cards.nth(number).bounding_box()
        assert box["y"] + box["height"] < 900
    # The heading is not broken by the button beside it.
    button, heading = page.locator("#theme").bounding_box(), page.locator("h1").bounding_box()
    assert button["y"] + button["height"] <= heading["y"] + 1


def test_filter_search_and_keys(open_page: Callable[..., Any], release: Path) -> None:
    from playwright.sync_api import expect

    page, said = open_page(_page(_many(release, 20)))
    shown = "ol.findings > li:not([hidden])"
    assert page.locator(shown).count() == 20
    page.keyboard.press("/")
    page.keyboard.type("finding 19:")
    expect(page.locator(shown)).to_have_count(1)
    assert page.locator("#count").inner_text() == "1 of 20 shown"
    page.keyboard.press("Escape")
    page.locator("input[value=error]").uncheck()
    assert page.locator(shown).count() == 10
    page.locator("#family").select_option("SEED")
    assert page.locator(shown).count() == 10
    # A link to a finding that the filter hides shows it.
    page.locator("ol.way a").first.click()
    target = page.evaluate("location.hash")
    expect(page.locator(target)).to_be_visible()
    assert said == []


def test_theme_can_be_turned(open_page: Callable[..., Any], release: Path) -> None:
    page, _ = open_page(_page(_many(release, 0)))
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def test_five_thousand_findings(open_page: Callable[..., Any], release: Path) -> None:
    page, said = open_page(_page(_many(release, 5000)))
    assert page.locator("#count").inner_text() == "5000 of 5000 shown"
    # List items that are numbered cost a browser a minute to hide: each renumbers all others.
    assert page.locator("ol.findings > li").first.evaluate("e => getComputedStyle(e).display") == (
        "block"
    )
    page.locator("#search").fill("4999")
    page.locator("#count").get_by_text("1 of 5000 shown").wait_for()
    assert said == []


def test_every_link_inside_leads_somewhere(open_page: Callable[..., Any], release: Path) -> None:
    dossier = _many(release, 20)
    text = render_report("html", dossier, ReportOptions(link_base=release.as_uri()))
    page, _ = open_page(text)
    for link in page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))"):
        if link.startswith("#"):
            assert page.locator(f"[id='{link[1:]}']").count() == 1, link
        elif link.startswith("file:"):
            path, _, line = link.partition("#L")
            file = Path(path.removeprefix("file://"))
            assert file.is_file(), link
            assert not line or int(line) <= file.read_bytes().count(b"\n") + 1, link
        else:
            assert link.startswith("https://github.com/fwaudit/fwaudit/"), link


def test_hostile_pages_do_nothing(
    open_page: Callable[..., Any], hostile: Any, release: Path
) -> None:
    page, said = open_page(render("html", hostile, RenderOptions(title=HOSTILE_MESSAGE)))
    assert page.locator("script").count() == 1
    assert said == []
    document = scan_document(release)
    document["findings"][0]["message"] = HOSTILE_MESSAGE
    verified = verify_document(release, "nondeterministic", command=["python", HOSTILE_MESSAGE])
    verified["variations"][0]["name"] = HOSTILE_MESSAGE
    dossier = build(
        release,
        exhibit_of(document, "s", "scan"),
        [exhibit_of(verified, "v", "verify")],
        name=HOSTILE_MESSAGE,
    )
    page, said = open_page(_page(dossier))
    assert page.locator("script").count() == 1
    assert page.locator("main img").count() == 0
    assert said == []


@pytest.mark.parametrize("width", WIDTHS)
def test_scan_page_fits_and_is_accessible(
    width: int, open_page: Callable[..., Any], small: Any
) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs fwaudit[reports]"
    )
    page, said = open_page(render("html", small, RenderOptions()), width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert said == []


def test_printing_shows_the_findings(open_page: Callable[..., Any], release: Path) -> None:
    page, _ = open_page(_page(_many(release, 25)))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("nav").is_hidden()
    assert page.locator("ol.findings details[open]").count() == 25


def test_without_script_everything_is_there(browser: Any, release: Path, tmp_path: Path) -> None:
    text = _page(_many(release, 20))
    (tmp_path / "page.html").write_text(text, "utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert page.locator("ol.findings > li").count() == 20
    assert page.locator("#controls").is_hidden()
    context.close()


def test_the_page_holds_no_address_but_the_manual(release: Path) -> None:
    found = set(re.findall(r"https?://[^\s\"'<>)]+", _page(_many(release, 20))))
    assert all(link.startswith("https://github.com/fwaudit/fwaudit/") for link in found), found


def test_result_of_nothing(open_page: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = replace(make_result(tmp_path / "empty", []))
    _, said = open_page(render("html", result, RenderOptions()))
    assert said == []
