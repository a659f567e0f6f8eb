"""Acts right after a module was imported for the first time."""

import sys


class AfterImport:
    """A meta-path finder that runs an action when one of its modules has been executed."""

    def __init__(self):
        self.actions = {}
        self._busy = set()

    def on(self, name, action):
        """Runs `action(module)` after `name` is imported, or now when it already is."""
        module = sys.modules.get(name)
        if module is not None:
            action(module)
            return
        self.actions.setdefault(name, []).append(action)

    def find_spec(self, name, path=None, target=None):
        """Finds what the other finders find, with a loader that calls the actions."""
        if name not in self.actions or name in self._busy:
            return None
        self._busy.add(name)
        try:
            spec = self._find_with_others(name, path, target)
        finally:
            self._busy.discard(name)
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return None
        spec.loader = _Loader(spec.loader, self.actions.pop(name))
        return spec

    def _find_with_others(self, name, path, target):
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
        return None


class _Loader:
    def __init__(self, loader, actions):
        self._loader = loader
        self._actions = actions

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        spec.loader = self._loader
        try:
            return self._loader.create_module(spec)
        finally:
            spec.loader = self

    def exec_module(self, module):
        # The module must look as if nobody had stood in between.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        for action in self._actions:
            try:
                action(module)
            except Exception as error:
                sys.stderr.write("fwaudit: not traced: %s: %r\n" % (module.__name__, error))


def install():
    """Puts a finder first on sys.meta_path."""
    finder = AfterImport()
    sys.meta_path.insert(0, finder)
    return finder
