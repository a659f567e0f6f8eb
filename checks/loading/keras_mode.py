"""SAFE004: Keras' safe mode switched off."""

from __future__ import annotations

from collections.abc import Iterator

from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding
from ...auditor.rule import SiteRule
from ..pins.hub import is_run_code

_ROOTS = ("keras", "tensorflow.keras", "tf_keras", "keras.src", "tensorflow.python.keras")
_LOADERS = ("models.load_model", "saving.load_model", "saving.deserialize_keras_object")


class SafeModeDisabled(SiteRule):
    """Keras is told to run code that a model file holds.

    ## What it does
    Reports `safe_mode=False` when a Keras model or object is loaded, and
    `keras.config.enable_unsafe_deserialization()`.

    ## Why is this bad?
    A `Lambda` layer carries Python bytecode. Safe mode, the default for `.keras` files, refuses to
    run it; without it whoever wrote the model file runs code in this process.

    ## Use instead
    Layers of your own, registered with `keras.saving.register_keras_serializable`, in place of
    `Lambda`; safe mode then stays on.

    ## References
    https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
    """

    code = "SAFE004"
    name = "safe-mode-disabled"
    calls = frozenset(
        [f"{root}.{loader}" for root in _ROOTS for loader in _LOADERS]
        + [f"{root}.config.enable_unsafe_deserialization" for root in _ROOTS]
    )
    frameworks = ("keras", "tensorflow")
    bad = (
        Example(
            "from tensorflow.keras.models import load_model as read\n"
            'model = read("model.keras", safe_mode=False)  # <-\n'
        ),
        Example(
            "import keras\nkeras.config.enable_unsafe_deserialization()  # <-\n"
            'model = keras.models.load_model("model.keras")\n'
        ),
    )
    good = (
        Example('import keras\nmodel = keras.models.load_model("model.keras")\n'),
        Example(
            "import keras\n\n\ndef load(path, safe_mode=True):\n"
            "    return keras.saving.load_model(path, safe_mode=safe_mode)\n"
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if not is_run_code(site.file.path):
            return
        if site.last == "enable_unsafe_deserialization":
            yield self.finding(
                site.place,
                "from here on every Keras model file may run the code that it holds",
                help="leave safe mode on and register the classes that the model needs",
            )
            return
        known = site.constant(site.argument(None, "safe_mode"))
        if known is not None and known.value is False:
            default = known.via in {"parameter", "option"}
            yield self.finding(
                site.place,
                f"safe_mode is False{' by default' if default else ''}: Lambda layers in the model "
                "file run their code",
                help="leave safe_mode on and register the classes that the model needs",
                confidence=Confidence.MEDIUM if default else Confidence.HIGH,
            )
