"""What the stream walk is asked for: names that seed or draw, and how frameworks call back."""

from __future__ import annotations

from functools import cache

from ...auditor.walk import Callback, Event, Kind, Process, Vocabulary
from .facts import drawers, seeders
from .random_state import drawing_estimators

#: One spelling for what can be reached under several names; the longer prefix first.
RENAMES = (
    ("tensorflow.compat.v1.keras.", "keras."),
    ("tensorflow.compat.v2.keras.", "keras."),
    ("tensorflow.python.keras.", "keras."),
    ("tensorflow.keras.", "keras."),
    ("tf_keras.", "keras."),
    ("keras.layers.experimental.preprocessing.", "keras.layers."),
    ("tensorflow.compat.v1.", "tensorflow."),
    ("tensorflow.compat.v2.", "tensorflow."),
    ("gymnasium.", "gym."),
    ("pytorch_lightning.", "lightning.pytorch."),
    ("lightning_fabric.", "lightning.fabric."),
    ("torch.utils.data.dataloader.", "torch.utils.data."),
    ("torch.utils.data.dataset.", "torch.utils.data."),
    ("torch.utils.data.sampler.", "torch.utils.data."),
    ("torch.utils.data.distributed.", "torch.utils.data."),
    ("torch.nn.parallel.DataParallel", "torch.nn.DataParallel"),
    ("torchvision.transforms.transforms.", "torchvision.transforms."),
    ("transformers.trainer.", "transformers."),
)
GENERATORS = frozenset(
    (
        "numpy.random.default_rng",
        "numpy.random.RandomState",
        "random.Random",
        "torch.Generator",
        "tensorflow.random.Generator.from_seed",
        "tensorflow.random.Generator.from_non_deterministic_state",
        "cupy.random.default_rng",
    )
)
JAX_KEYS = frozenset(
    ("jax.random.PRNGKey", "jax.random.key", "haiku.PRNGSequence", "flax.nnx.Rngs")
)
_LOADER = "torch.utils.data.DataLoader"
_WORKERS = (5, "num_workers")
_TRAINER = tuple(
    Callback(None, (name,), methods)
    for name, methods in (
        ("train_dataset", ("__getitem__", "__iter__")),
        ("data_collator", ("__call__",)),
        ("compute_metrics", ()),
        ("callbacks", ()),
    )
)
_CALLBACKS: dict[str, tuple[Callback, ...]] = {
    _LOADER: (
        Callback(10, ("worker_init_fn",), (), Process.WORKER, True, _WORKERS),
        Callback(3, ("sampler",), ("__iter__",), Process.MAIN, True),
        Callback(4, ("batch_sampler",), ("__iter__",), Process.MAIN, True),
        Callback(
            0, ("dataset",), ("__getitem__", "__iter__"), Process.WORKER, True, workers=_WORKERS
        ),
        Callback(6, ("collate_fn",), (), Process.WORKER, True, _WORKERS),
    ),
    "torch.multiprocessing.spawn": (
        Callback(0, ("fn",), process=Process.SPAWNED, passes=(1, "args"), adds=1),
    ),
    "torch.multiprocessing.start_processes": (
        Callback(0, ("fn",), process=Process.SPAWNED, passes=(1, "args"), adds=1),
    ),
    "accelerate.notebook_launcher": (
        Callback(0, ("function",), process=Process.FORKED, passes=(1, "args")),
    ),
    "transformers.Trainer": _TRAINER,
    "transformers.Seq2SeqTrainer": _TRAINER,
    "torch.utils.data.random_split": (),
    "torch.utils.data.Subset": (),
    "torch.utils.data.ConcatDataset": (),
}
_LIGHTNING = (
    "prepare_data setup configure_model train_dataloader val_dataloader configure_optimizers "
    "on_fit_start on_train_start training_step validation_step"
).split()
_HOOKS: dict[str, tuple[str, ...]] = {
    "lightning.pytorch.LightningModule": tuple(_LIGHTNING),
    "lightning.LightningModule": tuple(_LIGHTNING),
    "lightning.pytorch.LightningDataModule": tuple(_LIGHTNING[:5]),
    "lightning.LightningDataModule": tuple(_LIGHTNING[:5]),
    "keras.Model": ("build", "call", "train_step"),
    "keras.models.Model": ("build", "call", "train_step"),
    "keras.utils.Sequence": ("__getitem__", "on_epoch_end"),
    "keras.utils.PyDataset": ("__getitem__", "on_epoch_end"),
    "flax.linen.Module": ("setup", "__call__"),
    "transformers.Trainer": ("create_optimizer", "get_train_dataloader", "compute_loss"),
}
_TRANSPARENT = frozenset(
    (
        "jax.jit jax.pmap jax.vmap jax.grad jax.value_and_grad jax.checkpoint jax.remat "
        "equinox.filter_jit equinox.filter_value_and_grad flax.nnx.jit flax.linen.jit "
        "torch.compile torch.jit.script torch.nn.DataParallel numba.jit numba.njit "
        "torch.nn.parallel.DistributedDataParallel tensorflow.function "
        "tqdm.tqdm tqdm.auto.tqdm tqdm.notebook.tqdm tqdm.tqdm_notebook rich.progress.track "
        "accelerate.Accelerator().prepare lightning.fabric.Fabric().setup"
    ).split()
)
_FLUENT = frozenset(
    "to cuda cpu eval train half float double bfloat16 requires_grad_ share_memory".split()
)
_HOLDERS = frozenset(
    (
        "torch.nn.Sequential torch.nn.ModuleList torch.nn.ModuleDict keras.Sequential "
        "keras.models.Sequential keras.layers.Pipeline keras.layers.StackedRNNCells "
        "flax.linen.Sequential flax.nnx.Sequential flax.nnx.List flax.nnx.Dict haiku.Sequential "
        "equinox.nn.Sequential torchvision.transforms.Compose torchvision.transforms.RandomApply "
        "torchvision.transforms.RandomChoice torchvision.transforms.RandomOrder "
        "torchvision.transforms.Lambda torchvision.transforms.v2.Compose "
        "torchvision.transforms.v2.RandomApply torchvision.transforms.v2.RandomChoice "
        "torchvision.transforms.v2.RandomOrder torchvision.transforms.v2.Lambda "
        "torchaudio.transforms.Compose torch_geometric.transforms.Compose monai.transforms.Compose "
        "albumentations.Compose albumentations.OneOf albumentations.Sequential"
    ).split()
)
_FRAMEWORKS = frozenset(
    (
        "jax keras flax tensorflow torch torchvision transformers sklearn haiku optax numpy scipy"
    ).split()
)
_FRACTIONS = frozenset(("random.random", "numpy.random.random", "numpy.random.rand"))
#: Methods by which something learns.
LEARNS = frozenset("backward fit train_on_batch apply_gradients".split())
_METHODS = LEARNS | frozenset(
    (
        "reset seed manual_seed sample state_dict generate load_state_dict load_weights restore "
        "minimize"
    ).split()
)


def learns(event: Event) -> bool:
    """Whether something is learnt in an event: a step backward, a call of `fit`."""
    return event.kind is Kind.CALL and event.method in LEARNS


@cache
def stream_vocabulary() -> Vocabulary:
    """Return the vocabulary of the stream rules."""
    names = set(seeders()) | set(drawing_estimators()) | GENERATORS | JAX_KEYS
    prefixes = {"jax.random.", "gym.", "diffusers."}
    methods = set(_METHODS)
    for drawer in drawers():
        names |= drawer.names
        if drawer.below:
            prefixes.add(drawer.below)
        else:
            methods |= drawer.methods
    names |= {"torch.get_rng_state", "torch.random.get_rng_state", "torch.cuda.get_rng_state"}
    names |= {"torch.cuda.get_rng_state_all", "torch.distributed.get_rank"}
    names |= {"torch.save", "torch.load", _LOADER, "haiku.next_rng_key", "vllm.SamplingParams"}
    names |= {"torch.utils.data.DistributedSampler", "torch.utils.data.RandomSampler"}
    names |= {"torch.utils.data.SubsetRandomSampler", "torch.utils.data.WeightedRandomSampler"}
    return Vocabulary(
        names=frozenset(names),
        prefixes=tuple(sorted(prefixes)),
        methods=frozenset(methods),
        assigned=("torch.backends.",),
        renames=RENAMES,
        callbacks=_CALLBACKS,
        hooks=_HOOKS,
        transparent=_TRANSPARENT,
        fluent=_FLUENT,
        holders=_HOLDERS,
        frameworks=_FRAMEWORKS,
        fractions=_FRACTIONS,
        settings=r"seed|determinis|reproducib",
    )
