"""A stretch in which torch neither records gradients nor shows our calls to anyone's modes."""

import contextlib
import sys


@contextlib.contextmanager
def quiet():
    """No autograd, no dispatch modes, no torch functions."""
    torch = sys.modules["torch"]
    with torch.no_grad(), _no_dispatch(torch), torch._C.DisableTorchFunction():
        yield


def _no_dispatch(torch):
    guard = getattr(torch._C, "_DisableTorchDispatch", None)
    return guard() if guard is not None else contextlib.nullcontext()
