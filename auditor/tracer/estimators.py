"""scikit-learn: what each fit was given and what it learned, as one step without an optimizer."""

import functools
import sys

from . import digest
from .place import user_place


def install(recorder, after_import):
    """Watches fit() of every estimator that is defined from now on."""
    after_import.on("sklearn.base", lambda module: _watch(module, recorder))


def _watch(module, recorder):
    original = getattr(module, "_fit_context", None)
    if original is None:
        return
    depth = [0]

    def fit_context(*args, **kwargs):
        decorate = original(*args, **kwargs)

        def decorator(fit):
            inner = decorate(fit)
            if fit.__name__ not in ("fit", "fit_transform", "fit_predict"):
                return inner

            @functools.wraps(fit)
            def watched(estimator, *data, **options):
                if depth[0]:
                    return inner(estimator, *data, **options)
                given = _given(estimator, data, options)
                depth[0] += 1
                try:
                    result = inner(estimator, *data, **options)
                finally:
                    depth[0] -= 1
                _record(recorder, estimator, fit.__name__, given)
                return result

            return watched

        return decorator

    module._fit_context = fit_context


def _given(estimator, data, options):
    try:
        total = digest.of_value(vars(estimator), 1)
        for item in (*data, *options.values()):
            total = digest.mix(total, digest.of_value(item, 1))
        return total
    except Exception:
        return 0


def _record(recorder, estimator, method, given):
    try:
        learned = 0
        for name, value in sorted(vars(estimator).items()):
            if name.endswith("_") and not name.startswith("_"):
                learned = digest.mix(learned, _learned(value))
        place = user_place(2)[0]
        name = "%s.%s" % (type(estimator).__name__, method)
        recorder.operation(name, place, "estimators", 0, [(given, 0)], [(learned, 0)])
        recorder.leaf(7, name, learned)
        recorder.flush()
    except Exception as error:
        recorder.note("tracer-error", "fit: %r" % (error,))


def _learned(value):
    if isinstance(value, list):
        total = 0
        for item in value:
            total = digest.mix(total, _learned(item))
        return total
    tree = getattr(value, "tree_", None)
    if tree is not None and hasattr(tree, "__getstate__"):
        return digest.of_value(tree.__getstate__(), 1)
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray) and value.dtype.hasobject:
        return _learned(value.ravel().tolist())
    return digest.of_value(value, 2)
