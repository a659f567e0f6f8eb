"""One kind of outside influence: what is recorded of it, and whether its use is pinned."""

from .dress import resemble
from .place import user_place

_SINGLE = 24
IMPORTING, BY_LIBRARY = 1, 2


class Family:
    """Records uses of one influence and says, use by use, whether it is to be pinned.

    `pin` is None, or {"except": ["path:line", …]}: pinned everywhere but there.
    """

    def __init__(self, name, recorder, record, pin):
        self.name = name
        self.recorder = recorder
        self.record = record
        self.pin = pin
        self.active = record or pin is not None
        self._except = frozenset((pin or {}).get("except", ()))
        self._counts = {}

    def pinned(self, place=None):
        """Whether the use at `place` (default: where the caller's user code stands) is pinned."""
        if self.pin is None:
            return False
        if not self._except:
            return True
        if place is None:
            place = user_place(2)[0]
        return place.partition("\t")[0] not in self._except

    def see(self, what, digest, place=None):
        """Records one use with the digest of its value; after a while, repeated uses are not."""
        if not self.record:
            return
        found, importing, libraries = user_place(2)
        place = found if place is None else place
        key = (what, place)
        count = self._counts.get(key, 0)
        self._counts[key] = count + 1
        if count < _SINGLE:
            flags = (IMPORTING if importing else 0) | (BY_LIBRARY if libraries else 0)
            self.recorder.event(self.name, what, place, digest, flags)


class Families:
    """All families of this process by name."""

    def __init__(self, recorder, config):
        self.recorder = recorder
        self._record = bool(config.get("events"))
        self._pins = config.get("pins", {})

    def get(self, name):
        """The family of that name, as the configuration wants it."""
        return Family(name, self.recorder, self._record, self._pins.get(name))

    def pin(self, name):
        """The pin of that name, or None."""
        return self._pins.get(name)


def replace(module, name, function):
    """Sets `module.name` and keeps what makes it recognisable; returns the original."""
    original = getattr(module, name)
    resemble(function, original)
    setattr(module, name, function)
    return original
