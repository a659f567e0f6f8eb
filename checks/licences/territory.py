"""LIC010: territories in which the licence of the base model gives no grant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards
from ..data.tables import base_model
from .flow import releases
from .references import LOAD_METHODS, LOADERS, collect_models, references


class TerritoryExcluded(ProjectRule):
    """A model comes from a base whose licence gives no grant in some territories.

    ## What it does
    Reports a card or a program that builds on a model whose licence excludes territories, when
    neither the README nor a card names them. In a card it is a warning, in a program information.

    ## Why is this bad?
    People in those territories have no licence at all, and do not learn it.

    ## Use instead
    Name the territories beside the licence.
    """

    code = "LIC010"
    name = "territory-excluded"
    methods = LOAD_METHODS
    calls = frozenset(LOADERS)
    words = frozenset({"from_pretrained", "snapshot_download", "hf_hub_download"})
    bad = (
        Example(
            "---\nlicense: other\nlicense_name: tencent-hunyuan-community\n"
            "base_model: tencent/HunyuanImage-2.1  # <-\n---\n# Style\n",
            path="README.md",
        ),
        Example(
            "from diffusers import DiffusionPipeline as Pipe\n"
            "pipe = Pipe.from_pretrained('tencent/HunyuanVideo')  # <-\n"
        ),
    )
    good = (
        Example(
            "---\nlicense: other\nlicense_name: tencent-hunyuan-community\n"
            "base_model: tencent/HunyuanImage-2.1\n---\n"
            "The licence gives no grant in the European Union, the UK and South Korea.\n",
            path="README.md",
        ),
        Example(
            "from diffusers import DiffusionPipeline\n"
            "pipe = DiffusionPipeline.from_pretrained('black-forest-labs/FLUX.1-schnell')\n"
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        return collect_models(site)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        cards = project_cards(project)
        if cards.says(re.compile(r"European Union|South Korea|\bterritor", re.I)) is not None:
            return
        seen: dict[str, list[tuple[str, Place, bool]]] = {}
        for release in releases(project):
            for base, place, model in release.bases:
                if model is not None and model.licence and model.licence.territory_excludes:
                    seen.setdefault(model.licence.id, []).append((base, place, True))
        for found in references(list(facts), project):
            model = base_model(found.id)
            if model is not None and model.licence and model.licence.territory_excludes:
                seen.setdefault(model.licence.id, []).append((found.id, found.place, False))
        for uses in seen.values():
            base, place, released = uses[0]
            model = base_model(base)
            assert model is not None and model.licence is not None
            where = ", ".join(_TERRITORIES.get(t, t) for t in model.licence.territory_excludes)
            yield self.finding(
                place,
                f"the {model.licence.name} of {base} gives no grant in {where}, "
                "and no document here says so",
                help="name the territories beside the licence",
                severity=Severity.WARNING if released else Severity.INFO,
                evidence=[Evidence(other, f"{name} again") for name, other, _ in uses[1:]],
            )


_TERRITORIES = {"EU": "the European Union", "UK": "the United Kingdom", "KR": "South Korea"}
