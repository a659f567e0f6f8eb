"""Programs that run a finished model: for somebody to look at, or to use it."""

from __future__ import annotations

import ast
import re

from ...auditor.file import File
from ...auditor.module import has_effect, is_main_guard
from ...auditor.regex import regex

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
    owner = file.enclosing_class(node)
    return owner is not None and bool(_STREAMS.search(owner.name))


#: What a program says that runs a finished model.
_FINISHED = regex(
    r"\.eval\(\)|no_grad|inference_mode|set_grad_enabled\(False|"
    r"load_(ckpt|checkpoint|state_dict|model|weights)|from_pretrained"
)
_COMMENT = regex(r"#.*")
_TRAINS = regex(
    r"(?P<name>\.?\w*(?<!pre)train(?!ed|able)\w*)\(|\bTrainer\b|^(from|import) \S*train", re.M
)


#: Programs that say by their name what they do with a model that another program has trained.
_NAMED = regex(
    r"(^|[/_])(eval(uate|uation)?|test|val(id(ate|ation)?)?|infer(ence)?|predict(ion)?|"
    r"post_?process(ing)?|convert|export)(_[^/]*)?\.py$"
)
_STEPS = regex(r"\.backward\(|optimi[sz]er\w*\.step\(|\.fit\(|GradientTape|\bTrainer\b")


def only_runs(file: File) -> bool:
    """Whether a file is a program that runs a finished model and learns nothing."""
    text = _COMMENT.sub("", file.source.text)
    # An evaluation may take its options from the program that trains, or load its optimizer.
    if _learns(file, text) or not _FINISHED.search(text):
        return False
    return any(is_main_guard(node) or has_effect(node) for node in file.tree.body)


def only_predicts(file: File, node: ast.AST) -> bool:
    """Whether a class that puts a finished model to use sets this, in a file that learns nothing.

    A class that a program trains with is seldom without a word of it.
    """
    owner = file.enclosing_class(node)
    text = _COMMENT.sub("", file.source.text)
    return (
        owner is not None
        and bool(_EVALUATES.search(file.text(owner)))
        and not _LEARNS_ANYHOW.search(text)
    )


_EVALUATES = regex(r"\.eval\(\)")
_LEARNS_ANYHOW = regex(r"\.backward\(|optim|\.fit\(|(?<!pre)train(?!ed|able)|loss", re.I)


def _learns(file: File, text: str) -> bool:
    if _NAMED.search(file.path):
        return bool(_STEPS.search(text))
    if _LEARNS.search(text):
        return True
    # A function called `train` that stands here and makes no step trains nothing.
    defined = {item.name for item in file.nodes.of(ast.FunctionDef)}
    return any(match["name"] not in defined for match in _TRAINS.finditer(text))


def only_tries(file: File, node: ast.AST) -> bool:
    """Whether this stands in the main block of a module of models, which learns nothing."""
    block = file.enclosing_main_block(node)
    if block is None or not file.nodes.of(ast.ClassDef):
        return False
    text = file.text(block)
    return not (_LEARNS.search(text) or _RUNS.search(text))


_RUNS = regex(r"train(?!ed|able)|main\(|\brun|\bfit|epoch", re.I)
