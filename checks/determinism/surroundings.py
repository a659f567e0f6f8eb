"""What stands around an operation: gradients off, data preparation, evaluation, a CPU."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...auditor.file import File, Site
from ...auditor.module import has_effect, is_main_guard
from ...auditor.nodes import last_name
from ...auditor.regex import regex

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
    r"^(eval|test|demo|validate|val|rescale|normalize|crop)(_|$)"
)
#: Parameters that hold weights from a file, which are fitted to a model before it trains.
_STORED = regex(r"checkpoint|ckpt|state_dict")
_WITHOUT_GRADIENT_FILES = regex(
    r"image_process|video_process|image_utils|preprocess|postprocess|convert_|/convert|transforms?\.py|"
    r"augment|(^|/)data/|datasets?/|dataset[^/]*\.py$|dataload|feature_extract|visuali[sz]|demo|infer|predict|torchscript|"
    r"generation|evaluat|(^|/)eval|export|/metrics?|onnx|benchmark|(^|/)test[^/]*\.py$|app\.py$"
)


#: Classes that prepare data or look at results.
_PREPARES = regex(
    r"Processor|Transform|Dataset|Augment|Metric|Extractor$|Augs?$|Padder$|"
    r"^Random(ly)?_?(Shift|Crop|Flip|Affine|Rotat|Resize|Erase|Warp|Scale)"
)


def is_without_gradient(site: Site) -> bool:
    """Whether no gradient can be meant here: switched off, or code around data and results."""
    if _WITHOUT_GRADIENT_FILES.search(site.file.path):
        return True
    child: ast.AST = site.node
    for node in site.ancestors():
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
        elif (isinstance(node, ast.ClassDef) and _PREPARES.search(node.name)) or (
            isinstance(node, ast.Attribute) and node.attr == "detach" and node.value is child
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


def counts_integers(site: Site) -> bool:
    """Whether what is added is visibly whole numbers or ones, whose sums have no order."""
    text = site.file.text(site.statement)
    if re.search(r"\b(long|int|int32|int64|bool|ones_like|LongTensor)\b", text):
        return True
    by_segment = site.last in _SEGMENTS or (site.name or "").startswith("torch_scatter.")
    if by_segment and (data := site.argument(0, "data", "src")) is not None:
        return _is_whole(site, data)
    added = site.argument(2, "src", "source", "values")
    if added is None:
        return False
    if re.search(r"mask|ones|count|valid", site.file.text(added)):
        return True
    if (site.origin(added) or "").endswith((".ones", ".ones_like")):
        return True
    given = list(_given(site, added))
    return bool(given) and all(_counts(site.file, value) for value in given)


def _given(site: Site, added: ast.expr) -> Iterator[ast.expr]:
    """Yield what the file's calls give for a parameter: `per_sequence(is_clipped.float())`."""
    function = site.scope.node
    if not (isinstance(added, ast.Name) and isinstance(function, _FUNCTIONS)):
        return
    names = [parameter.arg for parameter in function.args.args]
    if added.id not in names:
        return
    for call in site.file.nodes.of(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id == function.name:
            named = [item.value for item in call.keywords if item.arg == added.id]
            yield from (named or call.args[names.index(added.id) :])[:1]


def _counts(file: File, node: ast.expr) -> bool:
    """Whether a tensor holds ones, or the truth of a comparison as numbers."""
    match node:
        case ast.Call(func=ast.Attribute(attr="ones" | "ones_like")):
            return True
        case ast.Call(func=ast.Attribute(value=inner, attr="float" | "to" | "type_as" | "double")):
            return _counts(file, inner)
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr(), right=right):
            return _counts(file, left) and _counts(file, right)
        case ast.UnaryOp(op=ast.Invert(), operand=inner):
            return _counts(file, inner)
        case ast.Name(id=name):
            found = file.scope_of(node).lookup(name)
            values = [binding.value for binding in found[1]] if found is not None else []
            return bool(values) and all(
                value is not None and not isinstance(value, ast.Name) and _counts(file, value)
                for value in values
            )
        case _:
            return isinstance(node, ast.Compare)


#: Sums by segment; the first argument is what is summed.
_SEGMENTS = frozenset({"segment_sum", "unsorted_segment_sum"})
_WHOLE_NAMES = regex(r"(^|_)(ids?|idx|index|indices|masks?|ones|counts?|lengths?|valid)(_|$)")


def _is_whole(site: Site, data: ast.expr) -> bool:
    """Whether values are whole numbers: by their names, or by a remainder that is taken of them."""
    remainders = {
        node.left.id
        for node in site.file.nodes.of(ast.BinOp, under=site.scope.node)
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Name)
    }
    called = [site.dotted(n.func) or "" for n in ast.walk(data) if isinstance(n, ast.Call)]
    if any(name.endswith((".ones", ".ones_like")) for name in called):
        return True
    names = [node.id for node in ast.walk(data) if isinstance(node, ast.Name)]
    for name in list(names):
        found = site.scope.lookup(name)
        values = [binding.value for binding in found[1]] if found is not None else []
        names += [
            n.id for v in values if v is not None for n in ast.walk(v) if isinstance(n, ast.Name)
        ]
    return (
        any(name in remainders for name in names)
        or (isinstance(data, ast.Name) and bool(_WHOLE_NAMES.search(data.id)))
        or (
            isinstance(data, ast.BinOp)
            and isinstance(data.left, ast.Name)
            and bool(_WHOLE_NAMES.search(data.left.id))
        )
    )


#: Calls whose results hold each index once.
_UNIQUE = frozenset({"where", "nonzero", "randperm", "arange", "unique", "argsort"})


def index_is_unique(site: Site) -> bool:
    """Whether no place is added to twice: the index comes from `where`, `randperm` and the like."""
    position = 1 if site.receiver is not None and not (site.name or "").startswith("torch.") else 2
    index = site.argument(position, "index")
    if isinstance(index, ast.Call):
        return last_name(index.func) in _UNIQUE or _is_group_of_counters(site, index)
    if not isinstance(index, ast.Name):
        return False
    for node in site.file.nodes.of(ast.Assign, under=site.scope.node):
        if isinstance(node.value, (ast.Call, ast.Subscript)):
            value = node.value.value if isinstance(node.value, ast.Subscript) else node.value
            names = {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
            if (
                index.id in names
                and isinstance(value, ast.Call)
                and last_name(value.func) in _UNIQUE
            ):
                return True
    return False


#: Calls that make a tensor of a list.
_OF_LISTS = frozenset({"as_tensor", "tensor", "LongTensor", "array", "asarray"})


def _is_group_of_counters(site: Site, index: ast.Call) -> bool:
    """Whether an index is one of the lists into which the numbers of `enumerate` were sorted."""
    listed = index.args[0] if index.args and last_name(index.func) in _OF_LISTS else None
    if not isinstance(listed, ast.Name):
        return False
    loops: list[ast.For] = site.file.nodes.of(ast.For, under=site.scope.node)
    groups = {
        loop.iter.func.value.id
        for loop in loops
        if isinstance(loop.iter, ast.Call)
        and isinstance(loop.iter.func, ast.Attribute)
        and loop.iter.func.attr in {"items", "values"}
        and isinstance(loop.iter.func.value, ast.Name)
        and any(isinstance(n, ast.Name) and n.id == listed.id for n in ast.walk(loop.target))
    }
    counters = {
        loop.target.elts[0].id
        for loop in loops
        if isinstance(loop.target, ast.Tuple)
        and isinstance(loop.target.elts[0], ast.Name)
        and isinstance(loop.iter, ast.Call)
        and last_name(loop.iter.func) == "enumerate"
    }
    filled: list[bool] = []
    for call in site.file.nodes.of(ast.Call, under=site.scope.node):
        match call:
            case ast.Call(
                func=ast.Attribute(
                    value=(
                        ast.Subscript(value=ast.Name(id=name))
                        | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="setdefault"))
                    ),
                    attr="append",
                ),
                args=[item],
            ) if name in groups:
                filled.append(isinstance(item, ast.Name) and item.id in counters)
            case _:
                pass
    return bool(filled) and all(filled)


#: Calls that make a tensor, on the CPU unless they are told otherwise.
_MAKERS = frozenset({"torch.zeros", "torch.ones", "torch.empty", "torch.full"})


def is_on_cpu(site: Site) -> bool:
    """Whether the tensor that is changed was visibly made on the CPU and not moved."""
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


def _is_made_on_cpu(site: Site, call: ast.Call) -> bool:
    return site.dotted(call.func) in _MAKERS and not any(
        keyword.arg in {"device", None} for keyword in call.keywords
    )


#: Programs that show what a finished model makes of a picture or a stream.
_SHOWS = regex(
    r"(^|[/_])(detect|demo|webcam|camera|(test_?)?(speed|time|fps|latency)|infer(ence)?)([_.\d][^/]*)?$"
)
_STREAMS = regex(r"Streams?$|Webcam|Camera")
_LEARNS = regex(r"\.backward\(|optimi[sz]er|\.fit\(|GradientTape")


def serves_pictures(file: File, node: ast.AST) -> bool:
    """Whether this is for speed where a camera or a demonstration runs, and nothing is learned."""
    if _SHOWS.search(file.path) and not _LEARNS.search(file.source.text):
        return True
    at = file.parents.get(node)
    while at is not None and not isinstance(at, ast.ClassDef):
        at = file.parents.get(at)
    return isinstance(at, ast.ClassDef) and bool(_STREAMS.search(at.name))


#: What a program says that runs a finished model.
_FINISHED = regex(
    r"\.eval\(\)|no_grad|inference_mode|set_grad_enabled\(False|"
    r"load_(ckpt|checkpoint|state_dict|model|weights)|from_pretrained"
)


def only_runs(file: File) -> bool:
    """Whether a file is a program that runs a finished model and learns nothing."""
    text = file.source.text
    if _LEARNS.search(text) or not _FINISHED.search(text):
        return False
    return any(is_main_guard(node) or has_effect(node) for node in file.tree.body)
