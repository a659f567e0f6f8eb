"""Logs process id, host, addresses of objects and a temporary folder."""

import logging
import os
import socket
import sys
import tempfile

import numpy as np

logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s")
marker = object()
logging.info("pid %d on %s, %r", os.getpid(), socket.gethostname(), marker)
with tempfile.TemporaryDirectory() as folder:
    logging.info("scratch in %s", folder)
    np.save(os.path.join(folder, "part.npy"), np.arange(10))
    part = np.load(os.path.join(folder, "part.npy"))
np.save("total.npy", part.cumsum())
