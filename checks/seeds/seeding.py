"""Which files seed which streams, by the names that they call; the walk knows in which order."""

from __future__ import annotations

import ast

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.project import Project
from ..per_project import per_project
from ..usage.uses import Uses, uses_of
from .facts import seeders
from .reading import is_none

#: What makes a generator or a key of its own from a seed.
_MAKERS = frozenset(
    """
    random.Random numpy.random.default_rng numpy.random.RandomState jax.random.PRNGKey
    jax.random.key flax.nnx.Rngs
    """.split()
)
_SEED_KEYWORDS = frozenset({"seed", "random_state", "random_seed"})
#: Packages of which `seeders.yaml` names what seeds.
_KNOWN = frozenset("random numpy torch tensorflow keras jax sklearn gym gymnasium".split())


class Seeding:
    """Asks whether the programs that come to a file seed a stream."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses
        self.reach = uses.reach
        self._files: dict[str, frozenset[str]] = {}

    def files(self, stream: str) -> frozenset[str]:
        """Return the files that seed a stream; an empty name stands for anything random."""
        if stream not in self._files:
            names = {
                name for name, seeder in seeders().items() if not stream or stream in seeder.streams
            }
            lasts = {name.rpartition(".")[2] for name in names}
            words = "|".join(sorted(lasts if stream else lasts | {"PRNGKey", "Random", "Rngs"}))
            other = r"|\w*[Ss]eed\w*\s*=|random_state|default_rng|RandomState|random\.key"
            calls = rf"\b({words}|\w*[Ss]eed\w*)\s*\("
            self._files[stream] = frozenset(
                file.path
                for file in self.uses.files(calls if stream else calls + other)
                if any(
                    self._seeds(file, call, names, is_any=not stream)
                    for call in file.nodes.of(ast.Call)
                )
            )
        return self._files[stream]

    def comes_to(self, path: str, stream: str = "") -> bool:
        """Whether a file seeds a stream, or any file of a program that reaches it."""
        seeding = self.files(stream)
        entries = self.reach.entries(path)
        if not entries and self.reach.finds_by_text:
            return bool(seeding)
        programs = [self.reach.imports(path), *map(self.reach.closure, entries)]
        return not all(map(seeding.isdisjoint, programs))

    def _seeds(self, file: File, call: ast.Call, names: set[str], *, is_any: bool) -> bool:
        name = file.dotted(call.func, file.scope_of(call)) or ""
        if name in names:
            # Without a number `numpy.random.seed()` starts from the system's entropy.
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            return seeders()[name].none != "entropy" or any(not is_none(value) for value in given)
        if is_any:
            given = [k.value for k in call.keywords if k.arg in _SEED_KEYWORDS]
            if name in _MAKERS:
                given += call.args[:1]
            if any(not is_none(value) for value in given) or last_name(call.func) == "manual_seed":
                return True
        # Another package's `FixedSeed()` may seed anything.
        is_named_so = "seed" in last_name(call.func).lower()
        return is_named_so and name not in seeders() and self._is_foreign(file, name)

    def _is_foreign(self, file: File, name: str) -> bool:
        """Whether a name stands for what a package defines of which nothing is known."""
        parts = name.split(".")
        if len(parts) == 1 or parts[0] not in file.imported or parts[0] in _KNOWN:
            return False
        path_of = self.reach.project.links.path_of
        return not any(path_of(".".join(parts[:n]), file.path) for n in range(1, len(parts)))


@per_project
def seeding_of(project: Project) -> Seeding:
    """Return what the files of a project seed, kept for all rules."""
    return Seeding(uses_of(project))
