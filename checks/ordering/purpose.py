"""What a piece of code is for, where the order of files makes no difference to it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from ...auditor.words import words_of
from ..usage.uses import Uses, owner_of
from .sink import Sink
from .trees import assigned
from .view import View

#: Words that code is called by which works on each file by itself, or measures all of them.
MEASURES = regex(
    r"^(evals?|evaluat\w*|infer\w*|predict\w*|validat\w*|tests?|testing|metrics?|benchmark\w*|"
    r"vot(e|es|ing)|ensembl\w*)$"
)
#: Words that code is called by which shows something to a person.
_SHOWS = regex(r"^(demos?|visuali[sz]\w*|viz|plot\w*|show\w*|gui|webui|streamlit|gradio)$")
SERVES = (MEASURES, _SHOWS)
#: What says that a file trains; evaluation beside it is found by the names of functions.
TRAINS = regex(
    r"\.(fit|backward|train_on_batch|apply_gradients|minimize|train_step)\(|GradientTape|"
    r"value_and_grad|Optimizer\b|Trainer\("
)
#: What says that a file which trains nothing evaluates.
_SCORES = regex(r"\b(COCOeval|voc_ap|compute_ap|average_precision_score)\b")
_IDENTIFIERS = regex(r"(^|_)ids?$")
#: What says that a file deals with training, and what its path says of data.
_OF_TRAINING = regex(r"(?<![a-z])(pre)?train|epoch|fine-?tun", re.I)
_OF_DATA = regex(r"data|train|load|prep|split|corpus", re.I)
_WRITES_PICTURES = frozenset("save_image save_images imsave imwrite savefig imshow show".split())
EVALUATION_SETS = regex(r"(^|_)(x?val|valid\w*|dev|tests?|eval\w*|infer\w*|pred\w*|demo)\d*(_|$)")
#: Words of the names of functions that work on sets.
_EVALUATION = frozenset("val valid validation dev test tests testing eval evaluation".split())
_TRAINING = frozenset("train training fit".split())
_CLASSES = regex(
    r"label|class(?!method)|cls|target|categor|speaker|person|identit|vocab|\b[yY](_\w+)?\b", re.I
)
_INTO_DATASETS = ("made into a dataset", "read by a data loader")


class Purpose:
    """Tells where code only measures or shows, by the names of files, functions and variables."""

    def __init__(self, file: File, view: View) -> None:
        self.file = file
        self.view = view

    def ignores(self, sink: Sink) -> bool:
        """Whether the order makes no difference where it ends, for what the code is for."""
        if sink.note.startswith(_INTO_DATASETS) and self.is_evaluation_set(sink.node):
            return True
        if sink.chooses_labels:
            return self._measures and _is_identifier(sink.node)
        if self._shows or self._is_within(sink.node, _SHOWS) or self._samples(sink.node):
            return True
        if sink.chooses_elements:
            # Which elements are taken changes a measure as well; one to look at does not matter.
            is_look = self._measures or (self.file.path.endswith(".ipynb") and not self._trains)
            return is_look and sink.is_draw
        if self._measures or self._is_within(sink.node, MEASURES):
            return True
        function = self.view.function(sink.node)
        if function is None:
            return False
        owner = self.file.parents.get(function)
        of_class = words_of(owner.name) if isinstance(owner, ast.ClassDef) else []
        # A function's first word is what it does: `test_loader` may test a loader.
        what, *of = words_of(function.name)
        if what not in _TRAINING and names_evaluation_set(of):
            return True
        return names_evaluation_set(of_class) and not self._pairs(sink.node, function)

    @cached_property
    def concerns_training(self) -> bool:
        """Whether a file says that it deals with training or with data for it."""
        return bool(_OF_DATA.search(self.file.path) or _OF_TRAINING.search(self.file.source.text))

    def speaks_of_classes(self, node: ast.AST) -> bool:
        """Whether the code that numbers elements speaks of classes: `label`, `class_to_idx`."""
        at = self.file.enclosing_statement(node)
        return at is not None and bool(_CLASSES.search(self.file.text(at)))

    def _pairs(self, node: ast.AST, function: ast.AST) -> bool:
        """`names[i]` beside `labels[i]`: whether a function reads several things at one place."""
        match node:
            case ast.Subscript(slice=ast.Name(id=index)):
                return len(set(self._read_at(index, function))) > 1
            case _:
                return False

    def _read_at(self, index: str, function: ast.AST) -> Iterator[str]:
        for part in self.file.nodes.of(ast.Subscript, under=function):
            at = part.slice.elts if isinstance(part.slice, ast.Tuple) else [part.slice]
            if any(isinstance(place, ast.Name) and place.id == index for place in at):
                yield ast.dump(part.value)

    def _samples(self, node: ast.AST) -> bool:
        """`sample_model`: whether the function around a node draws pictures to look at."""
        function = self.view.function(node)
        return (
            function is not None
            and words_of(function.name)[0] in {"sample", "samples"}
            and any(
                last_name(call.func) in _WRITES_PICTURES
                for call in self.file.nodes.of(ast.Call, under=function)
            )
        )

    @cached_property
    def _trains(self) -> bool:
        return bool(TRAINS.search(self.file.source.text))

    @cached_property
    def _shows(self) -> bool:
        return self._is_called(_SHOWS)

    @cached_property
    def _measures(self) -> bool:
        scores = not self._trains and bool(_SCORES.search(self.file.source.text))
        return scores or self._is_called(MEASURES)

    def _is_called(self, pattern: re.Pattern[str]) -> bool:
        """Whether the first or last word of the file's name says so."""
        words = words_of(PurePosixPath(self.file.path).stem)
        says_so = any(pattern.search(word) for word in (words[0], words[-1]))
        return says_so and not self._trains

    def _is_within(self, node: ast.AST, pattern: re.Pattern[str]) -> bool:
        """Whether the function around a node is called so, or all that use its class."""
        function = self.view.function(node)
        if function is None:
            return False
        if pattern.search(words_of(function.name)[0]):
            return True
        owner = self.file.parents.get(function)
        makers = self.view.calls_of(owner.name) if isinstance(owner, ast.ClassDef) else []
        return bool(makers) and all(
            (maker := self.view.function(call)) is not None
            and pattern.search(words_of(maker.name)[0])
            for call in makers
        )

    def is_evaluation_set(self, node: ast.AST) -> bool:
        """Whether what the statement around a node makes or extends is called an evaluation set."""
        at: ast.AST | None = node
        while isinstance(at, (ast.expr, ast.keyword, ast.comprehension)):
            at = self.file.parents.get(at)
        targets: list[ast.expr] = []
        match at:
            case ast.Assign():
                targets = assigned(at)
            case ast.AugAssign(target=target):
                targets = [target]
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=value, attr="extend"))):
                targets = [value]
            case _:
                pass
        names = [getattr(target, "id", getattr(target, "attr", "")) for target in targets]
        return bool(names) and all(EVALUATION_SETS.search(name.lower()) for name in names)

    def needs_no_order(self, listing: ast.AST, sink: Sink) -> bool:
        """Whether a listing is of an evaluation and goes, as a whole, where it goes."""
        takes_part = sink.chooses_elements and not sink.is_shuffle
        if sink.chooses_labels or takes_part:
            return False
        return self.is_evaluation_set(listing) or self._is_within(listing, MEASURES)


def only_evaluates(uses: Uses, path: str, name: str) -> bool:
    """Whether all that use a class or function of a file are programs that measure or show."""
    users = [
        file
        for file, nodes in uses.reads(name)
        if any(file.path != path or owner_of(file, node) != name for node in nodes)
    ]
    return bool(users) and all(
        not TRAINS.search(file.source.text)
        and any(pattern.search(words_of(PurePosixPath(file.path).stem)[0]) for pattern in SERVES)
        for file in users
    )


def _is_identifier(node: ast.AST) -> bool:
    """`box["id"] = i`: a number by which an evaluation finds again what it counted."""
    match node:
        case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(key)))]):
            return bool(_IDENTIFIERS.search(key))
        case _:
            return False


def names_evaluation_set(words: list[str]) -> bool:
    """`test_set` of `write_test_set`, `FolderEval`: evaluation data, and no training data."""
    return not _TRAINING.intersection(words) and bool(_EVALUATION.intersection(words))
