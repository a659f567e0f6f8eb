"""torch's streams: pinned at import, and what reseeds them from entropy."""

from . import digest
from .family import Families
from .place import user_place

_SEED = 20240229


def install(torch, recorder, config):
    """Pins the default generators and unseeded private ones where the configuration says so."""
    if not config.get("events") and not config.get("pins"):
        return
    families = Families(recorder, config)
    shared, private = families.get("rng:torch"), families.get("rng:private")
    if shared.pin is not None:
        torch.manual_seed(_SEED)
    _entropy_seed(torch, shared)
    if private.active:
        _private(torch, private)


def _entropy_seed(torch, family):
    original = torch.seed

    def seed():
        place = user_place(1)[0]
        family.see("torch.seed", 0, place)
        if family.pinned(place):
            torch.manual_seed(_SEED)
            return _SEED
        return original()

    torch.seed = seed
    torch.random.seed = seed


def _private(torch, family):
    # Generator is an immutable C type: the class in the namespace is replaced by a subclass.
    base = torch.Generator
    count = [0]

    class Generator(base):
        def seed(self):
            place = user_place(1)[0]
            value = base.seed(self)
            family.see("torch.Generator.seed", digest.of_value(value), place)
            if family.pinned(place):
                count[0] += 1
                self.manual_seed(_SEED + count[0])
                return _SEED + count[0]
            return value

    Generator.__module__ = base.__module__
    Generator.__qualname__ = "Generator"
    torch.Generator = Generator
