"""What to do about each cause, in one sentence."""

from __future__ import annotations

from .verdict import Cause, Explanation

_STREAMS = {
    "python": "random.seed(SEED)",
    "numpy": "np.random.seed(SEED)",
    "torch": "torch.manual_seed(SEED)",
    "torch-cuda": "torch.cuda.manual_seed_all(SEED)",
    "tensorflow": "keras.utils.set_random_seed(SEED) or tf.random.set_seed(SEED)",
}

_VARIED = {
    "threads": "fix the number of threads in the program (torch.set_num_threads), or state it with"
    " the results",
    "cpus": "fix the number of threads, which follows the CPUs, or state both with the results",
    "isa": "state the processor with the results; for bitwise equality across processors, run with"
    " the older instructions everywhere",
    "device": "state the device with the results",
    "locale": "give encoding= when opening files; format and parse numbers without the locale",
    "time-zone": "use UTC: datetime.now(timezone.utc), time.gmtime, calendar.timegm",
    "folder": "derive no result from an absolute path; use paths relative to the project",
    "environment": "derive no result from such a variable; make it an option of the program",
}


def remedy_for(explanation: Explanation) -> str:
    """The remedy, with names filled in where they are known."""
    match explanation.cause:
        case Cause.UNSEEDED_RNG:
            return _seed(explanation)
        case Cause.TIME:
            return (
                "do not let the clock decide: count steps, pass the date or the seed as an option"
            )
        case Cause.HASH_ORDER:
            return (
                "sort before the order matters (sorted(…)), or use hashlib or zlib.crc32 for hash()"
            )
        case Cause.FILE_ORDER:
            return "sort the listing: sorted(os.listdir(…)), sorted(path.iterdir())"
        case Cause.WORKER_RACE:
            return "collect results in the order of submission (map, a list of futures)"
        case Cause.OPERATION:
            return _operation(explanation)
        case Cause.MEMORY:
            return "allocate with zeros() or write every element before it is read"
        case Cause.STATE_LEAK:
            subject = explanation.subject or "what the earlier run left"
            return (
                f"do not read {subject} unless asked to: resume only by option, or clear it first"
            )
        case Cause.ENVIRONMENT if explanation.family in _VARIED:
            return _VARIED[explanation.family]
        case Cause.ENVIRONMENT:
            return "derive no result from process ids, ports, temporary names, addresses or load"
        case Cause.EXTERNAL:
            return _external(explanation)
        case Cause.UNKNOWN if explanation.family:
            return "rerun with more --runs: what was seen once may be chance"
        case Cause.UNKNOWN:
            return "see the evidence; --level op and more --runs may tell more"


def _seed(explanation: Explanation) -> str:
    if explanation.stream == "jax":
        return "make the key from a constant: jax.random.key(SEED), and split it from there"
    call = _STREAMS.get(explanation.stream or "")
    if call is None or explanation.stream == "other":
        return (
            "give the generator a seed: default_rng(SEED), random.Random(SEED), manual_seed(SEED)"
        )
    if explanation.in_worker:
        # Python seeds a forked child anew; NumPy and torch let it inherit the parent's state.
        lost = "; a seed of the parent does not reach it" if explanation.stream == "python" else ""
        return f"{call} in each worker at its start{lost}"
    if explanation.stream == "numpy":
        return f"{call} before the first draw, or hand a seeded Generator down"
    return f"{call} before the first draw"


def _operation(explanation: Explanation) -> str:
    if (explanation.op or "").startswith("aten::"):
        return "torch.use_deterministic_algorithms(True), or an operation without atomic additions"
    if explanation.framework == "tensorflow":
        return "tf.config.experimental.enable_op_determinism(), or an operation that it names"
    if explanation.framework == "jax":
        return "use an operation without a race inside it; order callbacks (ordered=True)"
    return "run it on one thread (OMP_NUM_THREADS=1), or accept and state the tolerance"


def _external(explanation: Explanation) -> str:
    if explanation.stream == "os-entropy":
        return "derive it from a seed: random.Random(SEED), np.random.default_rng(SEED), uuid.uuid5"
    return "keep a copy of what was received, with its digest, and read that"
