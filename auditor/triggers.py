"""Which rules want a look at a file, and at which of its nodes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .interest import Interest, lines_at
from .regex import regex
from .rule import FileRule, ProjectRule, RuleClass, SiteRule
from .scout import OPTION_CALLS

#: A word, with what tells a call or a renamed import from mere prose: `set(`, `rand as`.
_WORD = regex(rb"[A-Za-z_][A-Za-z0-9_]*(?:\(| as\b)?")
_INNER_IMPORT = regex(r"^[ \t]+(?:import|from[ \t]+[.\w]+[ \t]+import)[ \t(]", re.M)
#: Statements by which a function changes names outside it.
_OUTER = frozenset({b"global", b"nonlocal"})
SiteRuleClass = type[SiteRule] | type[ProjectRule]


def tokens(data: bytes) -> frozenset[bytes]:
    """Return the words of a file, strings and comments included, as `word`, `word(`, `word as`."""
    return frozenset(_WORD.findall(data))


def _spelled(word: str) -> set[bytes]:
    """Return every form in which `tokens` may hold a word; `word(` means the called one only."""
    if word.endswith("("):
        return {word.encode()}
    return {word.encode(), *_called(word)}


def _spelled_any(words: Iterable[str]) -> frozenset[bytes]:
    return frozenset(form for word in words for form in _spelled(word))


def _parts(prefix: str) -> tuple[str, ...]:
    return tuple(prefix.rstrip(".").split("."))


def _all_spelled(parts: Iterable[str], words: frozenset[bytes]) -> bool:
    """Whether every part of a dotted name stands somewhere in a file."""
    return all(not _spelled(part).isdisjoint(words) for part in parts)


def _called(word: str) -> set[bytes]:
    """Return the forms of a word that is called, or imported under another name."""
    return {f"{word}(".encode(), f"{word} as".encode()}


@dataclass(slots=True)
class Triggers:
    """What the active rules ask for, arranged for one look-up per node."""

    #: Full dotted name -> rules; last part of a name -> rules whose receiver need not be resolved.
    calls: dict[str, list[SiteRuleClass]] = field(default_factory=dict[str, list[SiteRuleClass]])
    methods: dict[str, list[SiteRuleClass]] = field(default_factory=dict[str, list[SiteRuleClass]])
    prefixes: list[tuple[str, SiteRuleClass]] = field(
        default_factory=list[tuple[str, SiteRuleClass]]
    )
    nodes: dict[type[ast.AST], list[SiteRuleClass]] = field(
        default_factory=dict[type[ast.AST], list[SiteRuleClass]]
    )
    #: Rules on whole files, with the words that such a file holds.
    files: list[tuple[type[FileRule], frozenset[bytes]]] = field(
        default_factory=list[tuple[type[FileRule], frozenset[bytes]]]
    )
    #: Project rules that collect from whole files, with the words that such a file holds.
    file_collectors: list[tuple[type[ProjectRule], frozenset[bytes]]] = field(
        default_factory=list[tuple[type[ProjectRule], frozenset[bytes]]]
    )
    #: Called last part of a dotted trigger -> the sets of other parts, any of which must be there:
    #: however a name is imported, each of its parts is spelled somewhere in the file.
    dotted: dict[bytes, set[frozenset[str]]] = field(
        default_factory=dict[bytes, set[frozenset[str]]]
    )
    lone_words: set[bytes] = field(default_factory=set[bytes])
    #: Parts of words that rules want in any spelling.
    stems: set[bytes] = field(default_factory=set[bytes])
    #: The parts of prefixes whose rules have no words of their own.
    prefix_parts: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    called: frozenset[str] = frozenset()
    #: The words of rules that want nodes other than calls.
    node_words: frozenset[bytes] = frozenset()

    def words_of(self, data: bytes) -> frozenset[bytes]:
        """Return the words of a file, and the wanted stems that stand inside any of them."""
        lowered = data.lower()
        return tokens(data).union(stem for stem in self.stems if stem in lowered)

    def wants(self, words: frozenset[bytes]) -> bool:
        """Whether a file with these words can hold anything that an active rule wants."""
        if not self.lone_words.isdisjoint(words):
            return True
        return any(
            _all_spelled(parts, words)
            for last in self.dotted.keys() & words
            for parts in self.dotted[last]
        ) or any(_all_spelled(parts, words) for parts in self.prefix_parts)

    def kinds(self, words: frozenset[bytes]) -> frozenset[type[ast.AST]]:
        """Return the types of nodes, other than calls, that a rule wants in such a file."""
        return frozenset() if self.node_words.isdisjoint(words) else frozenset(self.nodes)

    def lasts(self, words: frozenset[bytes]) -> frozenset[str] | None:
        """Return the last parts of calls worth resolving; None (all) if a prefix may apply."""
        if any(_all_spelled(_parts(prefix), words) for prefix, _ in self.prefixes):
            return None
        return self.called

    def interest(self, text: str, words: frozenset[bytes]) -> Interest | None:
        """Return which lines of a file can hold a wanted call; None when any line can.

        An import below the top of the file is wanted too, since it links the project.
        """
        if self.lasts(words) is None or self.kinds(words) or not _OUTER.isdisjoint(words):
            return None
        wanted = [
            f"{name}("
            for name in (*self.called, *OPTION_CALLS)
            if not _called(name).isdisjoint(words)
        ]
        imports = lines_at(text, (match.start() for match in _INNER_IMPORT.finditer(text)))
        return Interest(text, wanted, imports)

    def for_call(self, name: str | None, last: str) -> Iterable[SiteRuleClass]:
        """Yield the rules that want a call, each once."""
        seen: list[SiteRuleClass] = []
        if name is not None:
            seen += self.calls.get(name, ())
            seen += [rule for prefix, rule in self.prefixes if name.startswith(prefix)]
        seen += self.methods.get(last, ())
        return dict.fromkeys(seen)


def build_triggers(rules: Sequence[RuleClass]) -> Triggers:
    """Arrange what the rules ask for."""
    triggers = Triggers()
    for rule in rules:
        for word in rule.words:
            triggers.lone_words |= _spelled(word)
        stems = {stem.encode() for stem in rule.stems}
        triggers.stems |= stems
        triggers.lone_words |= stems
        if issubclass(rule, FileRule):
            triggers.files.append((rule, _spelled_any(rule.words) | stems))
        elif issubclass(rule, (SiteRule, ProjectRule)):
            _add_site_rule(triggers, rule)
        if issubclass(rule, ProjectRule) and rule.collect_file is not ProjectRule.collect_file:
            triggers.file_collectors.append((rule, _spelled_any(rule.words) | stems))
    lasts = (name.rsplit(".", 1)[-1] for name in triggers.calls)
    triggers.called = frozenset(triggers.methods).union(lasts)
    of_nodes = [rule for rules in triggers.nodes.values() for rule in rules]
    triggers.node_words = _spelled_any(word for rule in of_nodes for word in rule.words)
    return triggers


def _add_site_rule(triggers: Triggers, rule: SiteRuleClass) -> None:
    for name in rule.calls:
        triggers.calls.setdefault(name, []).append(rule)
        if rule.words:
            continue
        *parts, last = name.split(".")
        if parts == ["builtins"]:
            triggers.lone_words.add(f"{last}(".encode())
            continue
        for spelled in _called(last):
            triggers.dotted.setdefault(spelled, set()).add(frozenset(parts))
    for method in rule.methods:
        triggers.methods.setdefault(method, []).append(rule)
        if not rule.words:
            triggers.lone_words |= _called(method)
    for prefix in rule.prefixes:
        triggers.prefixes.append((prefix, rule))
        if not rule.words:
            triggers.prefix_parts.append(_parts(prefix))
    for kind in rule.nodes:
        triggers.nodes.setdefault(kind, []).append(rule)
