"""What stands around an operation: gradients off, data preparation, evaluation, a CPU."""

from __future__ import annotations

import ast

from ...auditor.file import File, Site
from ...auditor.regex import regex
from .lineage import makes_whole

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NO_GRADIENT = frozenset(
    {"no_grad", "inference_mode", "stop_gradient", "set_grad_enabled", "evaluating", "disable_grad"}
)
#: Functions that prepare data, read weights or only look at results.
_WITHOUT_GRADIENT = regex(
    r"pre_?process|post_?process|predict|infer(?!red)|generate|evaluat|visuali[sz]|plot|show|"
    r"convert|checkpoint|load|download|save|export|decode|detect|collate|augment|prepare|parse|"
    r"__getitem__|transform|metric|accuracy|sample|render|display|draw|(re)?(size|scale)_ima?ge?|"
    r"mel_spec|spectrogram|to_image|resample_abs_pos|resample_rel_pos|resize_pos_embed|resize_rel_pos|"
    r"^(eval|test|demo|validat(e|ion)|val|rescale|normalize|crop)(_|$)"
)
#: Parameters that hold weights from a file, which are fitted to a model before it trains.
_STORED = regex(r"checkpoint|ckpt|state_dict")
_WITHOUT_GRADIENT_FILES = regex(
    r"image_process|video_process|image_utils|preprocess|postprocess|convert_|/convert|transforms?\.py|"
    r"augment|(^|/)data/|datasets?/|dataset[^/]*\.py$|dataload|feature_extract|visuali[sz]|demo|infer|predict|torchscript|"
    r"generation|evaluat|(^|/)eval|export|/metrics?|onnx|benchmark|(^|/)test[^/]*\.py$|app\.py$"
)


#: What is left of a tensor without its gradient.
_CUTS = frozenset({"detach", "data", "item", "numpy", "tolist"})
#: Classes that prepare data or look at results.
_PREPARES = regex(
    r"Processor|Transform|Dataset|Augment|Metric|Extractor$|Augs?$|Padder$|"
    r"^Random(ly)?_?(Shift|Crop|Flip|Affine|Rotat|Resize|Erase|Warp|Scale)"
)


def is_without_gradient(file: File, at: ast.AST) -> bool:
    """Whether no gradient can be meant here: switched off, or code around data and results."""
    if _WITHOUT_GRADIENT_FILES.search(file.path):
        return True
    child = at
    for node in file.ancestors(at):
        if isinstance(node, (ast.With, ast.AsyncWith)):
            if any(_switches_off(item.context_expr) for item in node.items):
                return True
        elif isinstance(node, _FUNCTIONS):
            if any(_switches_off(decorator) for decorator in node.decorator_list):
                return True
            if _WITHOUT_GRADIENT.search(node.name.lower()) or any(
                _STORED.search(parameter.arg) for parameter in node.args.args
            ):
                return True
        elif (
            (isinstance(node, ast.ClassDef) and _PREPARES.search(node.name))
            or (isinstance(node, ast.Attribute) and node.attr in _CUTS and node.value is child)
            or (isinstance(node, ast.Call) and node.func is child and makes_whole(node))
        ):
            return True
        child = node
    return False


#: Folders and files that make batches, which mostly happens on the CPU.
_BATCHES = regex(r"(^|/)data/|datasets?/|dataset[^/]*\.py$|dataload|transforms?\.py$")


def prepares(site: Site) -> bool:
    """Whether code makes batches or looks through a data set, before anything is on a device."""
    return bool(_BATCHES.search(site.file.path)) or any(
        isinstance(node, ast.ClassDef) and _PREPARES.search(node.name) for node in site.ancestors()
    )


def _switches_off(node: ast.expr) -> bool:
    call = node.func if isinstance(node, ast.Call) else node
    last = call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "")
    if last == "set_grad_enabled" and isinstance(node, ast.Call) and node.args:
        return isinstance(node.args[0], ast.Constant) and node.args[0].value is False
    return last in _NO_GRADIENT


def is_in_model(site: Site) -> bool:
    """Whether TensorFlow runs this on the device: in a layer, a model or a step of training."""
    for node in site.ancestors():
        if isinstance(node, _FUNCTIONS):
            if node.name in {"call", "__call__", "train_step", "compute_loss", "loss", "loss_fn"}:
                return True
            if any("GradientTape" in ast.dump(item) for item in node.body):
                return True
    return False


#: Calls that make a tensor, on the CPU unless they are told otherwise.
_MAKERS = frozenset({"torch.zeros", "torch.ones", "torch.empty", "torch.full"})


def is_on_cpu(site: Site) -> bool:
    """Whether what is worked on was visibly made on the CPU and not moved, or moved there."""
    if _is_moved_to_cpu(site.argument(0, "input")):
        return True
    at = site.receiver
    while isinstance(at, (ast.Call, ast.Attribute)):
        if isinstance(at, ast.Call) and _is_made_on_cpu(site, at):
            return at is site.receiver
        at = at.func if isinstance(at, ast.Call) else at.value
    if not isinstance(at, ast.Name) or (found := site.scope.lookup(at.id)) is None:
        return False
    values = [binding.value for binding in found[1]]
    return bool(values) and all(
        isinstance(value, ast.Call) and _is_made_on_cpu(site, value) for value in values
    )


def _is_moved_to_cpu(node: ast.expr | None) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="cpu"), args=[]):
            return True
        case ast.Call(func=ast.Attribute(attr="to"), args=[ast.Constant(value="cpu")]):
            return True
        case _:
            return False


def _is_made_on_cpu(site: Site, call: ast.Call) -> bool:
    return site.dotted(call.func) in _MAKERS and not any(
        keyword.arg in {"device", None} for keyword in call.keywords
    )


def is_left_unread(file: File, statement: ast.stmt) -> bool:
    """Whether a function keeps something in a variable that no code reads."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) if file.enclosing_function(statement):
            return next(file.loads({name}, file.scope_of(statement)), None) is None
        case _:
            return False
