"""Words and evidence that the stream rules share."""

from __future__ import annotations

from ...auditor.entrypoints import EntryPoint
from ...auditor.finding import Confidence, Evidence
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.walk import Event, Guard
from ..usage.copied import is_copied
from .acts import Draw
from .learning import is_without_effect
from .looking import only_looks
from .measuring import only_measures
from .self_tests import is_self_test
from .states import Verdict
from .survey import Surveyed
from .watching import only_shows

#: How a message calls a stream.
STREAM_WORDS = {
    "python": "Python's random stream",
    "numpy": "NumPy's global stream",
    "torch": "torch's stream",
    "torch-cuda": "torch's CUDA stream",
    "tensorflow": "TensorFlow's stream",
    "jax": "JAX keys",
    "sklearn": "scikit-learn's random state",
    "gym-env": "the environment's generator",
    "gym-action-space": "the action space's generator",
    "other": "a private generator",
}
#: What to write to seed a stream.
REMEDIES = {
    "python": "random.seed(seed) at the start of the program",
    "numpy": "np.random.seed(seed) at the start of the program, or hand a Generator down",
    "torch": "torch.manual_seed(seed) before the model, the split and the loaders",
    "torch-cuda": "torch.manual_seed(seed), which seeds every device",
    "tensorflow": "keras.utils.set_random_seed(seed) before the model (with plain TensorFlow: "
    "tf.random.set_seed)",
    "jax": "make the key from a constant or an option",
    "sklearn": "random_state=seed",
    "gym-env": "env.reset(seed=seed) once, at the start",
    "gym-action-space": "env.action_space.seed(seed)",
    "other": "pass a seed to the generator",
}


def way_of(entry: EntryPoint, event: Event) -> list[Evidence]:
    """Return the way from an entry point to an event, as evidence."""
    steps = [Evidence(entry.place, f"entry point {entry.path}")]
    seen: list[Place] = []
    for place in event.way[:-1] if len(event.way) > 6 else event.way:
        if place not in seen:
            seen.append(place)
    if len(seen) > 5:
        seen = [*seen[:2], *seen[-3:]]
    steps += [Evidence(place, "calls") for place in seen if place != event.place]
    return steps


def call_text(event: Event) -> str:
    """Return the source of a call on one line, shortened."""
    text = " ".join(event.file.text(event.node).split())
    return text if len(text) <= 60 else text[:57] + "…"


def others_seeded(verdict: Verdict) -> list[Evidence]:
    """Return what was seeded on the way instead: each stream once; objects left out."""
    found: list[Evidence] = []
    told = {verdict.stream}
    for seed in verdict.others:
        new = [stream for stream in seed.streams if stream in _GLOBAL and stream not in told]
        if new:
            told.update(new)
            words = ", ".join(STREAM_WORDS[stream] for stream in new)
            note = f"seeds {words}, not {STREAM_WORDS[verdict.stream]}"
            found.append(Evidence(seed.event.place, note))
    return found[:4]


#: Streams of the whole process, for which somebody may have taken one for the other.
_GLOBAL = frozenset(("python", "numpy", "torch", "tensorflow", "jax"))


def confidence_of(project: Project, item: Surveyed, draw: Draw) -> Confidence:
    """Return how sure a finding about a draw is.

    Low: the self-test of a library module, weights of a program that learns nothing, a notebook
    that does not, inputs whose computation is only timed or counted, a program that only looks at
    something, or one of another project that the repository holds a copy of.
    """
    if is_copied(project, item.entry.path):
        return Confidence.LOW
    if is_self_test(project, item) or only_measures(item, draw) or only_shows(project, item):
        return Confidence.LOW
    if only_looks(project, item) or is_without_effect(project, item, draw):
        return Confidence.LOW
    if draw.event.guard is Guard.UNKNOWN or not item.walk.complete:
        return Confidence.MEDIUM
    return Confidence.HIGH
