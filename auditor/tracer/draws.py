"""Draws and seeding of the streams of `random` and `numpy.random`, recorded or pinned."""

import os
import random
import sys

from . import digest
from .family import replace
from .place import user_place

_SEED = 20240229
_urandom = os.urandom
_PYTHON = (
    "random", "uniform", "triangular", "randint", "choice", "randrange", "sample", "shuffle",
    "choices", "normalvariate", "lognormvariate", "expovariate", "vonmisesvariate", "gammavariate",
    "gauss", "betavariate", "binomialvariate", "paretovariate", "weibullvariate", "getrandbits",
    "randbytes",
)  # fmt: skip
_NOT_DRAWS = ("seed", "get_state", "set_state")


def install(families, after_import):
    """Watches what the configuration asks for; nothing is wrapped in an ordinary traced run."""
    shared, private, entropy, names = (
        families.get(name) for name in ("rng:python", "rng:private", "entropy", "process:names")
    )
    if shared.active:
        _python_stream(shared)
    if private.active or names.active:
        _private_python(private, names, shared)
        after_import.on(
            "numpy.random.bit_generator", lambda module: _private_numpy(module, private)
        )
    if entropy.active:
        _entropy(entropy)
    numpy_stream = families.get("rng:numpy")
    if numpy_stream.active:
        after_import.on("numpy.random", lambda module: _numpy_stream(module, numpy_stream))


def _watched(family, what, original):
    def draw(*args, **kwargs):
        result = original(*args, **kwargs)
        if family.record:
            value = args[0] if what == "shuffle" and args else result
            keras = any(name.startswith("keras") for name in user_place(1)[2])
            family.see("keras: " + what if keras else what, digest.of_value(value))
        return result

    return draw


def _jumping(family, original, reseed, keep, restore):
    # Pinned everywhere but at some places. There the pinned stream goes on as if nothing happened,
    # and the value comes from fresh entropy.
    def draw(*args, **kwargs):
        result = original(*args, **kwargs)
        if family.pinned(user_place(1)[0]):
            return result
        state = keep()
        reseed()
        try:
            return original(*args, **kwargs)
        finally:
            restore(state)

    return draw


def _python_stream(family):
    shared = random._inst
    originals = {name: getattr(random, name) for name in _PYTHON if hasattr(random, name)}
    seed = random.seed
    for name, original in originals.items():
        wrapper = _watched(family, name, original)
        if family.pin and family.pin.get("except"):
            wrapper = _jumping(
                family,
                original,
                lambda: seed(
                    os.urandom(16)
                ),  # fwaudit: ignore[entropy-seed] probes whether it matters
                random.getstate,
                random.setstate,
            )
        replace(random, name, wrapper)

    def seeding(a=None, version=2):
        family.see("seed", digest.of_value(a))
        if a is None and family.pinned():
            a = _SEED
        return seed(a, version)

    replace(random, "seed", seeding)
    if family.pin is not None:
        shared.seed(_SEED)
        # Python seeds the stream of a forked child anew.
        os.register_at_fork(after_in_child=lambda: shared.seed(_SEED))


def _private_python(family, names, shared_family):
    original = random.Random.seed
    count = [0]

    def seed(self, a=None, version=2):
        if a is None and self is not random._inst and type(self) is not random.SystemRandom:
            place, _importing, libraries = user_place(1)
            owner = names if "tempfile" in libraries[:3] else family
            if owner.record:
                owner.see("tempfile" if owner is names else "random.Random", _fresh(), place)
            if owner.pinned(place):
                count[0] += 1
                a = _SEED + count[0]
        return original(self, a, version)

    replace(random.Random, "seed", seed)


def _fresh():
    return int.from_bytes(_urandom(4), "little")


def _private_numpy(module, family):
    if not hasattr(module, "randbits"):
        return
    original = module.randbits
    count = [0]

    def randbits(bits):
        value = original(bits)
        if "numpy.random" in sys.modules and hasattr(sys.modules["numpy.random"], "default_rng"):
            family.see("numpy.random.SeedSequence", value & 0xFFFFFFFF)
            if family.pinned():
                count[0] += 1
                return (_SEED * 7919 + count[0]) % (1 << bits)
        return value

    module.randbits = randbits


def _entropy(family):
    original = os.urandom
    count = [0]

    def urandom(size):
        data = original(size)
        place, importing, libraries = user_place(1)
        if "tempfile" in libraries or importing:
            return data
        family.see("os.urandom", digest.of_bytes(data), place)
        if family.pinned(place):
            count[0] += 1
            return random.Random(_SEED + count[0]).getrandbits(8 * size).to_bytes(size, "little")
        return data

    replace(os, "urandom", urandom)
    random._urandom = urandom
    if hasattr(os, "getrandom"):
        replace(os, "getrandom", lambda size, flags=0: urandom(size))


def _numpy_stream(module, family):
    mtrand = sys.modules["numpy.random.mtrand"]
    old = mtrand._rand
    base = type(old)
    seed_original = old.seed
    body = {"__slots__": ()}
    for name in dir(base):
        if name.startswith("_") or name in _NOT_DRAWS or not callable(getattr(base, name)):
            continue
        body[name] = _numpy_draw(family, name, getattr(base, name))

    def seed(self, seed=None):
        family.see("seed", digest.of_value(seed))
        if seed is None and family.pinned():
            seed = _SEED
        return base.seed(self, seed)

    body["seed"] = seed
    watched = type("RandomState", (base,), body)
    watched.__module__ = base.__module__
    new = watched(old._bit_generator)
    mtrand._rand = new
    for space in (module, mtrand):
        for name in [*body, "get_state", "set_state"]:
            if hasattr(space, name):
                setattr(space, name, getattr(new, name))
    for name, alias in (("ranf", "random_sample"), ("sample", "random_sample")):
        for space in (module, mtrand):
            if hasattr(space, name):
                setattr(space, name, getattr(new, alias))
    if family.pin is not None:
        seed_original(_SEED)


def _numpy_draw(family, name, original):
    def draw(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        if family.record:
            family.see(name, digest.of_value(args[0] if name == "shuffle" and args else result))
        if family.pin and family.pin.get("except") and not family.pinned(user_place(1)[0]):
            state = self.get_state(legacy=False)
            base.seed(self, None)
            result = original(self, *args, **kwargs)
            self.set_state(state)
        return result

    base = sys.modules["numpy.random.mtrand"].RandomState
    draw.__name__ = name
    return draw
