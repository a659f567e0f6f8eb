"""ORDER004: results taken in the order in which workers finish."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.rule import Prediction, SiteRule
from .flow import OrderFlow

_COMPLETION = frozenset(
    {
        "concurrent.futures.as_completed",
        "asyncio.as_completed",
        "tqdm.asyncio.tqdm.as_completed",
        "dask.distributed.as_completed",
        "distributed.as_completed",
        "rich.progress.as_completed",
    }
)


class CompletionOrder(SiteRule):
    """Results are kept in the order in which parallel workers finish.

    ## What it does
    Reports `as_completed`, `imap_unordered` and joblib's `generator_unordered` where the results
    are appended, stacked, written or numbered in the order in which they arrive, and nothing
    sorts them afterwards, or summed in floating point; and `DataLoader(in_order=False)`.

    ## Why is this bad?
    Which worker finishes first depends on the load of the machine: rows, labels and floating-point
    sums change from run to run, and no seed helps. Results stored under a key, sorted afterwards,
    or only counted are not reported.

    ## Use instead
    `Executor.map`, `Pool.imap`, `asyncio.gather`, or store each result by its index.
    """

    code = "ORDER004"
    name = "completion-order"
    confidence = Confidence.HIGH
    calls = _COMPLETION | {"joblib.Parallel", "torch.utils.data.DataLoader"}
    methods = frozenset({"imap_unordered"})
    predicts = (Prediction("worker-race"),)
    bad = (
        Example(
            "from concurrent.futures import ProcessPoolExecutor, as_completed\n"
            "import numpy as np\n"
            "def embed_all(texts, embed):\n"
            "    rows = []\n"
            "    with ProcessPoolExecutor() as pool:\n"
            "        futures = [pool.submit(embed, text) for text in texts]\n"
            "        for future in as_completed(futures):  # <-\n"
            "            rows.append(future.result())\n"
            "    return np.stack(rows)\n",
            title="rows stacked as they arrive",
        ),
        Example(
            "import numpy as np\n"
            "from concurrent.futures import as_completed\n"
            "def add(futures):\n"
            "    total = np.zeros(400)\n"
            "    for future in as_completed(futures):  # <-\n"
            "        total += future.result()\n"
            "    return total\n",
            title="floating-point sums depend on their order",
        ),
        Example(
            "from multiprocessing import Pool\n"
            "import concurrent.futures as cf\n"
            "def clean(paths, work, out):\n"
            "    with Pool(4) as pool, open(out, 'w') as sink:\n"
            "        for line in pool.imap_unordered(work, paths):  # <-\n"
            "            sink.write(line)\n"
            "def score(jobs):\n"
            "    found = [job.result() for job in cf.as_completed(jobs)]  # <-\n"
            "    return found[:10]\n",
            title="a preprocessing script that writes lines as they come; a module alias",
        ),
    )
    good = (
        Example(
            "from concurrent.futures import ThreadPoolExecutor, as_completed\n"
            "import numpy as np\n"
            "def embed_all(texts, embed):\n"
            "    rows = [None] * len(texts)\n"
            "    with ThreadPoolExecutor() as pool:\n"
            "        futures = {pool.submit(embed, t): i for i, t in enumerate(texts)}\n"
            "        for future in as_completed(futures):\n"
            "            rows[futures[future]] = future.result()\n"
            "    return np.stack(rows)\n",
            title="stored by index",
        ),
        Example(
            "from multiprocessing import Pool\n"
            "def count(paths, work):\n"
            "    done = 0\n"
            "    with Pool(4) as pool:\n"
            "        for size in pool.imap_unordered(work, paths):\n"
            "            done += size\n"
            "            print(done)\n"
            "    return done\n"
            "def scan(paths, work):\n"
            "    found = []\n"
            "    with Pool(4) as pool:\n"
            "        for item in pool.imap_unordered(work, paths):\n"
            "            found.append(item)\n"
            "    return sorted(found)\n",
            title="counted; sorted afterwards",
        ),
        Example(
            "from concurrent.futures import as_completed\n"
            "def watch(futures):\n"
            "    for response in list(as_completed(futures))[-4:]:\n"
            "        print(response.result().content)\n",
            title="the last answers are shown",
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if is_test_path(site.file.path):
            return
        if site.name == "torch.utils.data.DataLoader":
            yield from self._loader(site)
            return
        node: ast.expr = site.call
        if site.name == "joblib.Parallel":
            way = site.constant(site.argument(None, "return_as"))
            if way is None or way.value != "generator_unordered":
                return
            outer = site.parent
            if not (isinstance(outer, ast.Call) and outer.func is site.call):
                return
            node = outer
        sink = OrderFlow(site.file, returns=True).sink(node)
        if sink is None:
            return
        yield self.finding(
            site.place,
            f"results come in the order in which workers finish, and are {sink.note}",
            help="keep the order of the inputs: map() or imap(), or store each result by its index",
            evidence=(Evidence(site.file.place(sink.node), sink.note),),
            # What becomes of a list that leaves the file, or of a table's rows, is not seen.
            confidence=Confidence.LOW if sink.is_unseen else None,
        )

    def _loader(self, site: Site) -> Iterator[Finding]:
        given = site.constant(site.argument(None, "in_order"))
        if given is not None and given.value is False and given.via in {"literal", "name"}:
            yield self.finding(
                site.place,
                "in_order=False: batches come in the order in which workers finish",
                help="leave it out: the order of the sampler is kept then",
            )
