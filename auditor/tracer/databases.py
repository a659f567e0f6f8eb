"""SQLite, which opens its files in C: which database of the tree is opened, which line reads it."""

import os

from .place import user_place

_READING = ("select", "with", "update", "delete")


def install(families, after_import, root):
    """Wraps sqlite3.connect where events are recorded."""
    family = families.get("tree-file")
    if family.record:
        inside = os.path.realpath(root) + os.sep
        after_import.on("sqlite3", lambda module: _connections(module, family, inside))


def _connections(module, family, inside):
    original = module.connect

    class Cursor(module.Cursor):
        def execute(self, sql, *args):
            _reads(family, getattr(self.connection, "fwaudit_path", None), sql)
            return super().execute(sql, *args)

    class Connection(module.Connection):
        fwaudit_path = None

        def execute(self, sql, *args):
            _reads(family, self.fwaudit_path, sql)
            return super().execute(sql, *args)

        def cursor(self, factory=Cursor):
            return super().cursor(factory)

    def connect(database, *args, **kwargs):
        place, importing, _libraries = user_place(1)
        own = len(args) > 4 or "factory" in kwargs or kwargs.get("uri")
        if own or importing or not place or not isinstance(database, (str, os.PathLike)):
            return original(database, *args, **kwargs)
        path = os.path.realpath(os.fspath(database))
        known = os.path.exists(path) and path.startswith(inside)
        connection = original(database, *args, factory=Connection, **kwargs)
        if known:
            connection.fwaudit_path = path
            family.see("open " + path, 0, place)
        return connection

    module.connect = module.dbapi2.connect = connect


def _reads(family, path, sql):
    if path is not None and str(sql).lstrip().lower().startswith(_READING):
        family.see("read " + path, 0, user_place(1)[0])
