"""tf.data pipelines that may hand out elements in any order; pinned, they keep their order."""

from .dress import dress
from .place import user_place

_PARALLEL = ("map", "interleave", "map_with_legacy_function", "ragged_batch", "filter")


def install(families, after_import):
    """Wraps the parallel transformations where workers are recorded or run one after another."""
    family = families.get("workers")
    if family.active:
        after_import.on(
            "tensorflow.python.data.ops.dataset_ops", lambda module: _watch(module, family)
        )


def _watch(module, family):
    dataset = module.DatasetV2
    for name in _PARALLEL:
        original = dataset.__dict__.get(name)
        if original is not None:
            setattr(dataset, name, _parallel(family, name, original))
    with_options = dataset.with_options

    def ordered(self, options, *args, **kwargs):
        result = with_options(self, options, *args, **kwargs)
        if getattr(options, "deterministic", None) is False:
            place = user_place(1)[0]
            family.see("Dataset.with_options", 0, place)
            if family.pinned(place):
                merged = result.options()
                merged.deterministic = True
                return with_options(result, merged)
        return result

    dress(ordered, with_options)
    dataset.with_options = ordered


def _parallel(family, name, original):
    def transform(self, *args, **kwargs):
        if kwargs.get("num_parallel_calls") is None:
            return original(self, *args, **kwargs)
        place = user_place(1)[0]
        family.see("Dataset." + name, 0, place)
        if family.pinned(place):
            kwargs = {**kwargs, "num_parallel_calls": 1, "deterministic": True}
        return original(self, *args, **kwargs)

    dress(transform, original)
    return transform
