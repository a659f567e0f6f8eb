"""TensorFlow's global stream: who draws from it without a seed; pinned by a seed at the start."""

import sys

from . import digest
from .draws import _fresh
from .dress import dress
from .place import user_place

_SEED = 20240229


def install(families, after_import, calls):
    """Watches get_seed, through which every operation that draws goes, and unseeded generators."""
    family = families.get("rng:tensorflow")
    after_import.on(
        "tensorflow.python.framework.random_seed", lambda module: _seeds(module, family, calls)
    )
    if not family.active:
        return
    after_import.on(
        "tensorflow.python.ops.stateful_random_ops", lambda module: _generators(module, family)
    )
    after_import.on("tensorflow", lambda module: _global_seed(module, family))


def _seeds(module, family, calls):
    original = module.get_seed

    def get_seed(op_seed):
        seeds = original(op_seed)
        unseeded = seeds == (None, None)
        if family.active:
            place = user_place(1)[0]
            what = "tf." + _drawing()
            if family.pin is not None and op_seed is None and not family.pinned(place):
                seeds, unseeded = (None, None), True
            family.see(what, _fresh() if unseeded else digest.of_value(seeds), place)
        calls.unseeded_draws += unseeded
        return seeds

    dress(get_seed, original)
    module.get_seed = get_seed


def _drawing():
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_name == "get_seed":
        frame = frame.f_back
    if frame is None:
        return "random"
    module = frame.f_globals.get("__name__") or ""
    if module.startswith("tensorflow.python.data.ops."):
        return "Dataset." + module.rpartition(".")[2].replace("_op", "")
    space = {"random_ops": "random.", "nn_ops": "nn.", "image_ops_impl": "image."}
    name = frame.f_code.co_name.lstrip("_")
    return space.get(module.rpartition(".")[2], "") + name.replace("random_", "", 1)


def _generators(module, family):
    original = module.non_deterministic_ints
    count = [0]

    def non_deterministic_ints(shape, *args, **kwargs):
        result = original(shape, *args, **kwargs)
        place = user_place(1)[0]
        family.see("tf.random.Generator", _fresh(), place)
        if family.pinned(place) and hasattr(result, "numpy"):
            count[0] += 1
            convert = sys.modules["tensorflow"].constant
            return convert(_SEED + count[0], dtype=result.dtype, shape=result.shape)
        return result

    module.non_deterministic_ints = non_deterministic_ints


def _global_seed(module, family):
    original = module.random.set_seed

    def set_seed(seed):
        family.see("seed", digest.of_value(seed))
        return original(seed)

    dress(set_seed, original)
    module.random.set_seed = set_seed
    if family.pin is not None:
        original(_SEED)
