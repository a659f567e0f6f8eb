"""Whole tensors, written beside the trace where two runs are to be compared element by element."""

import ctypes
import json
import os
import re
import struct


def write_tensor(recorder, name, plain, dtype):
    """Writes a contiguous CPU tensor: JSON head, raw bytes. Only the first of a name counts."""
    size = plain.numel() * plain.element_size()
    data = ctypes.string_at(plain.data_ptr(), size) if size else b""
    write(recorder, name, dtype, list(plain.shape), data)


def write(recorder, name, dtype, shape, data):
    """A dump file: `FWDUMP01`, length of the head, head, content."""
    key = recorder._key or recorder._role()
    safe = re.sub(r"[^A-Za-z0-9_.\[\]-]", "_", name)[:120]
    path = os.path.join(recorder.folder, "%s.%s.dump" % (key, safe))
    if os.path.exists(path):
        return
    head = json.dumps({"name": name, "dtype": dtype, "shape": shape}).encode()
    with open(path, "wb") as file:
        file.write(b"FWDUMP01" + struct.pack("<I", len(head)) + head + data)
