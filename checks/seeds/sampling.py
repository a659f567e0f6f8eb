"""SEED015: text and images that are sampled without a seed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.finding import Confidence, Finding
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import Prediction, ProjectRule
from ...auditor.streams import State
from ...auditor.walk import Event, Guard, Kind, Known
from .acts import Seed
from .grouping import grouped
from .seed_values import Quality
from .survey import Surveyed, survey
from .telling import confidence_of, way_of


class UnseededSampling(ProjectRule):
    """Text or an image is sampled without a seed or a generator.

    ## What it does
    Reports `generate(do_sample=True)`, a `pipeline` called with it, vLLM's `SamplingParams` with a
    temperature and no seed, and diffusers pipelines called without `generator=`, on the way from an
    entry point that has not seeded torch before.

    ## Why is this bad?
    What is shown, scored or published cannot be made again.

    ## Use instead
    `transformers.set_seed(n)` right before, `SamplingParams(seed=n)`,
    `pipe(prompt, generator=torch.Generator().manual_seed(n))`; or greedy decoding.

    ## References
    - https://huggingface.co/docs/diffusers/using-diffusers/reusing_seeds
    """

    code = "SEED015"
    name = "unseeded-sampling"
    confidence = Confidence.MEDIUM
    predicts = (Prediction("unseeded-rng", stream="torch"),)
    bad = (
        Example(
            "from transformers import AutoModelForCausalLM\n"
            "model = AutoModelForCausalLM.from_pretrained('gpt2')\n"
            "print(model.generate(do_sample=True, max_new_tokens=5))  # <-\n"
        ),
        Example(
            "import diffusers as d\n"
            "pipe = d.StableDiffusionPipeline.from_pretrained('m').to('cuda')\n"
            "image = pipe('a horse')  # <-\n"
        ),
        Example(
            "import vllm\nparams = vllm.SamplingParams(temperature=0.8)  # <-\nprint(params)\n"
        ),
        Example(
            "from diffusers import AutoPipelineForText2Image as Text2Image\n"
            "pipe = Text2Image.from_pretrained('m').to('cuda')\n"
            "image = pipe('a horse').images[0]  # <-\n"
        ),
        Example(
            "from transformers import pipeline\n"
            "write = pipeline('text-generation', model='gpt2')\n"
            "print(write('Once', do_sample=True))  # <-\n"
        ),
    )
    good = (
        Example(
            "from transformers import AutoModelForCausalLM, set_seed\n"
            "model = AutoModelForCausalLM.from_pretrained('gpt2')\n"
            "set_seed(1)\n"
            "print(model.generate(do_sample=True))\n"
        ),
        Example(
            "import torch\n"
            "import diffusers\n"
            "pipe = diffusers.StableDiffusionPipeline.from_pretrained('m')\n"
            "image = pipe('a horse', generator=torch.Generator().manual_seed(1))\n"
        ),
        Example("import vllm\nparams = vllm.SamplingParams(temperature=0.0)\nprint(params)\n"),
        Example(
            "from transformers import AutoModelForCausalLM\n"
            "model = AutoModelForCausalLM.from_pretrained('m', revision='a')\n"
            "while True:\n"
            "    asked = input('> ')\n"
            "    print(model.generate(asked, do_sample=True))\n"
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from grouped(
            finding for item in survey(project) for finding in self._of(project, item)
        )

    def _of(self, project: Project, item: Surveyed) -> Iterator[Finding]:
        seeds = {id(act.event): act for act in item.acts if isinstance(act, Seed)}
        seeded = False
        reported = {
            verdict.drawn_at
            for verdict in item.verdicts
            if verdict.stream == "torch" and verdict.state is not State.SEEDED
        }
        for event in item.walk.events:
            seed = seeds.get(id(event))
            if seed is not None and "torch" in seed.streams:
                seeded = seeded or seed.value.quality in {Quality.FIXED, Quality.MAYBE}
            what = sampled(event)
            if what is None or seeded or event.guard is Guard.NOT_MET or event.place in reported:
                continue
            if _converses(event):
                continue
            yield self.finding(
                event.place,
                f"{what} is sampled without a seed",
                help=_REMEDIES[what],
                entry_point=item.entry.path,
                stream="torch" if what != "vLLM's text" else "other",
                evidence=way_of(item.entry, event),
            )
            return


def _converses(event: Event) -> bool:
    """Whether a person is asked for each prompt: nobody repeats a conversation."""
    return any(
        name.id == "input" and isinstance(name.ctx, ast.Load)
        for at in event.file.ancestors(event.node)
        if isinstance(at, (ast.While, ast.For))
        for name in event.file.nodes.of(ast.Name, under=at)
    )


_REMEDIES = {
    "text": "transformers.set_seed(n) right before, or do_sample=False",
    "vLLM's text": "SamplingParams(seed=n), or temperature=0",
    "an image": "generator=torch.Generator().manual_seed(n)",
}


#: A pipeline of diffusers is called: `StableDiffusionPipeline`, `AutoPipelineForText2Image`.
_PIPELINE = regex(r"diffusers\..*Pipeline\w*\.from_pretrained\(\)$")


def sampled(event: Event) -> str | None:
    """Return what an event samples, if it samples."""
    if event.kind is not Kind.CALL:
        return None
    arguments = event.arguments
    if event.name == "vllm.SamplingParams":
        temperature = arguments.get(None, "temperature")
        if arguments.get(None, "seed") is not None or arguments.spreads or temperature is None:
            return None
        hot = isinstance(temperature, Known) and bool(temperature.value)
        return "vLLM's text" if hot else None
    if event.method == "generate" or event.name == "transformers.pipeline()":
        chosen = arguments.get(None, "do_sample")
        if isinstance(chosen, Known) and chosen.value is True:
            return "text"
        return None
    if _PIPELINE.match(event.name):
        generator = arguments.get(None, "generator")
        return "an image" if generator is None and not arguments.spreads else None
    return None


__all__ = ["UnseededSampling", "confidence_of", "sampled"]
