"""Native threads: one instead of many, in OpenMP, BLAS and torch, as a pin."""

import os

_NAMES = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
)  # fmt: skip


def install(families, after_import):
    """Sets the thread variables to 1 and ignores what the program sets them to."""
    if families.pin("threads") is None:
        return
    for name in _NAMES:
        os.environ[name] = "1"
    kind = type(os.environ)
    original = kind.__setitem__

    def __setitem__(self, key, value):
        original(self, key, "1" if key in _NAMES else value)

    kind.__setitem__ = __setitem__
    after_import.on("torch", _one_torch_thread)
    after_import.on("tensorflow", _one_tensorflow_thread)


def _one_torch_thread(torch):
    torch.set_num_threads(1)
    torch.set_num_threads = lambda count: None


def _one_tensorflow_thread(tensorflow):
    threading = tensorflow.config.threading
    for name in ("set_intra_op_parallelism_threads", "set_inter_op_parallelism_threads"):
        getattr(threading, name)(1)
        setattr(threading, name, lambda count: None)
