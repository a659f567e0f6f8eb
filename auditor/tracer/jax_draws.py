"""JAX draws only from keys: what a key was made from tells whether a run can be repeated."""

from . import digest
from .dress import dress
from .jax_digest import of_array
from .place import user_place

_SEED = 20240229


def install(families, after_import):
    """Records the seed of every key that is made from a value, or replaces it when pinned."""
    family = families.get("rng:jax")
    if not family.active:
        return
    done = []

    def watch(module):
        if hasattr(module, "random_seed") and not done:
            done.append(module)
            _keys(module, family)

    after_import.on("jax._src.prng", watch)
    after_import.on("jax._src.random.prng", watch)


def _keys(module, family):
    original = module.random_seed
    numbers = {}

    def random_seed(seeds, *args, **kwargs):
        content = _content(seeds)
        if content is None:
            return original(seeds, *args, **kwargs)
        place = user_place(1)[0]
        family.see("jax.random.key", content, place)
        if family.pinned(place) and getattr(seeds, "ndim", 0) == 0:
            # Keys from one and the same seed stay one and the same key.
            seeds = _SEED + numbers.setdefault(content, len(numbers))
        return original(seeds, *args, **kwargs)

    dress(random_seed, original)
    module.random_seed = random_seed


def _content(seeds):
    if any(kind.__name__ == "Tracer" for kind in type(seeds).__mro__):
        return None
    try:
        return digest.of_value(seeds) if isinstance(seeds, int) else of_array(seeds)
    except Exception:
        return 0
