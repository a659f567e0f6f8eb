"""Memory that is allocated and not written, recorded or filled with one value."""

from .place import user_place

_FLOAT, _WHOLE = 12345.678, 77
_NUMPY = ("empty", "empty_like")
_TORCH = ("empty", "empty_like", "empty_strided")


def install(families, after_import):
    """Wraps the allocators of numpy and torch when memory is recorded or filled."""
    family = families.get("memory")
    if not family.active:
        return
    fill = (family.pin or {}).get("fill", "zero")
    after_import.on("numpy", lambda module: _numpy(module, family, fill))
    after_import.on("torch", lambda module: _torch(module, family, fill))


def _watched(family, what, original, fill_with):
    def allocate(*args, **kwargs):
        result = original(*args, **kwargs)
        place, importing, libraries = user_place(1)
        if importing or not place:
            return result
        if not libraries:
            family.see(what, 0, place)
        if family.pinned(place):
            fill_with(result)
        return result

    allocate.__name__ = original.__name__
    allocate.__doc__ = original.__doc__
    return allocate


def _numpy(module, family, fill):
    def fill_with(array):
        kind = array.dtype.kind
        if kind in "fc":
            array[...] = 0 if fill == "zero" else _FLOAT
        elif kind in "iu":
            array[...] = 0 if fill == "zero" else _WHOLE
        elif kind == "b":
            array[...] = fill != "zero"

    for name in _NUMPY:
        original = getattr(module, name)
        setattr(module, name, _watched(family, "numpy." + name, original, fill_with))


def _torch(module, family, fill):
    def fill_with(tensor):
        from .quiet import quiet

        if tensor.is_meta or tensor.layout != module.strided:
            return
        with quiet():
            if tensor.dtype.is_floating_point or tensor.dtype.is_complex:
                tensor.detach().fill_(0 if fill == "zero" else _FLOAT)
            else:
                tensor.detach().fill_(0 if fill == "zero" else 1)

    for name in _TORCH:
        original = getattr(module, name)
        setattr(module, name, _watched(family, "aten::empty", original, fill_with))
    original = module.Tensor.new_empty
    module.Tensor.new_empty = _watched(family, "aten::new_empty", original, fill_with)
    _sized_tensors(module, family, fill_with)


def _sized_tensors(module, family, fill_with):
    # torch.Tensor(3, 4) allocates; torch.Tensor([3, 4]) copies.
    original = module.Tensor.__new__
    allocate = _watched(family, "aten::empty", original, fill_with)

    def __new__(*args, **kwargs):
        # torch.compile looks at this signature, and lets it pass only without names.
        sizes = args[1] if len(args) == 2 and isinstance(args[1], module.Size) else args[1:]
        if sizes and all(isinstance(size, int) for size in sizes):
            return allocate(*args, **kwargs)
        return original(*args, **kwargs)

    module.Tensor.__new__ = staticmethod(__new__)
