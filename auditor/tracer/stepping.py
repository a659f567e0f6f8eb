"""What ends a step, whatever framework made it."""

import os
import sys

from . import streams

BATCH, LOSS, GRADIENT, STATE, PARAMETER = 1, 2, 3, 4, 5
NAMES = {BATCH: "batch", LOSS: "loss", GRADIENT: "gradient", PARAMETER: "parameter"}


class Stepping:
    """Closes steps in one trace. `inside` counts training loops that make their own steps."""

    def __init__(self, recorder, config):
        self.recorder = recorder
        self.max_steps = config.get("max_steps")
        self.dump = config.get("dump", ())
        self.inside = 0

    def end(self):
        """The leaves since the last step are this one's; stops the program after `max_steps`."""
        recorder = self.recorder
        for stream, state in streams.states():
            recorder.leaf(STATE, stream, state)
        recorder.mark(0)
        recorder.step += 1
        if self.max_steps and recorder.step >= self.max_steps:
            recorder.note("stopped", {"max_steps": self.max_steps})
            recorder.flush()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)

    def leaf(self, kind, name, digest, array=None):
        """One leaf; `array()` gives its values as a NumPy array where they are to be dumped."""
        recorder = self.recorder
        recorder.leaf(kind, name, digest)
        for step, wanted, only in self.dump:
            if step == recorder.step and wanted == NAMES.get(kind) and only == name and array:
                from .dump import write

                values = array()
                if values is not None and values.nbytes < 1 << 28:
                    shape = list(values.shape)
                    write(recorder, "%s-%s" % (wanted, name), str(values.dtype), shape,
                          values.tobytes())  # fmt: skip
