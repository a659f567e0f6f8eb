"""What keeps the order of a sequence, what passes it on, and what does not care."""

from __future__ import annotations

#: Last names of calls whose result does not depend on the order of what they are given.
ORDER_FREE = frozenset(
    """
    set frozenset len any all max min sum fsum Counter bool isinstance print unique union
    intersection difference symmetric_difference update issubset issuperset isdisjoint
    debug info warning error exception log repr type id LabelEncoder commonprefix commonpath
    add discard remove shuffle_free
    """.split()
)

#: Last names of calls that hand the elements on in the order in which they come.
TRANSPARENT = frozenset(
    """
    list tuple iter reversed filter map tqdm trange track progressbar chain from_iterable islice
    array asarray tensor as_tensor from_numpy copy deepcopy product cycle
    tee flatten compress takewhile dropwhile starmap
    """.split()
)

#: Resolved names whose result or effect depends on the order of their arguments' elements.
ORDERED = {
    "random.shuffle": "shuffled from this order, so that a seed does not fix the result",
    "random.sample": "sampled from this order, so that a seed does not fix the result",
    "random.choice": "drawn from this order, so that a seed does not fix the result",
    "random.choices": "drawn from this order, so that a seed does not fix the result",
    "numpy.random.shuffle": "shuffled from this order, so that a seed does not fix the result",
    "numpy.random.permutation": "shuffled from this order, so that a seed does not fix the result",
    "numpy.random.choice": "drawn from this order, so that a seed does not fix the result",
    "numpy.stack": "stacked into an array",
    "numpy.vstack": "stacked into an array",
    "numpy.hstack": "stacked into an array",
    "numpy.concatenate": "joined into an array",
    "torch.stack": "stacked into a tensor",
    "torch.cat": "joined into a tensor",
    "torch.concat": "joined into a tensor",
    "jax.numpy.stack": "stacked into an array",
    "jax.numpy.concatenate": "joined into an array",
    "tensorflow.stack": "stacked into a tensor",
    "tensorflow.concat": "joined into a tensor",
    "pandas.concat": "joined into a table",
    "pandas.DataFrame": "made into a table",
    "pandas.Series": "made into a table",
    "pandas.DataFrame.from_records": "made into a table",
    "polars.concat": "joined into a table",
    "polars.DataFrame": "made into a table",
    "sklearn.model_selection.train_test_split": "split from this order",
    "sklearn.utils.shuffle": "shuffled from this order, so that a seed does not fix the result",
    "torch.utils.data.ConcatDataset": "made into a dataset",
    "torch.utils.data.ChainDataset": "made into a dataset",
    "torch.utils.data.Subset": "made into a dataset",
    "torch.utils.data.DataLoader": "read by a data loader",
    "torch.utils.data.random_split": "split from this order",
    "tensorflow.data.Dataset.from_tensor_slices": "made into a dataset",
    "tensorflow.data.TFRecordDataset": "made into a dataset",
    "tensorflow.data.TextLineDataset": "made into a dataset",
    "tensorflow.data.Dataset.from_generator": "made into a dataset",
    "datasets.load_dataset": "made into a dataset",
    "datasets.Dataset.from_dict": "made into a dataset",
    "datasets.Dataset.from_list": "made into a dataset",
    "datasets.concatenate_datasets": "made into a dataset",
    "datasets.interleave_datasets": "made into a dataset",
    "json.dump": "written to a file",
    "pickle.dump": "written to a file",
    "yaml.dump": "written to a file",
    "yaml.safe_dump": "written to a file",
    "numpy.save": "written to a file",
    "numpy.savez": "written to a file",
    "numpy.savez_compressed": "written to a file",
    "numpy.savetxt": "written to a file",
    "torch.save": "written to a file",
    "joblib.dump": "written to a file",
    "scipy.io.savemat": "written to a file",
    "imageio.mimsave": "joined into a video",
    "imageio.mimwrite": "joined into a video",
}

#: Last names of methods, whatever the receiver is, that depend on the order.
ORDERED_METHODS = {
    "writelines": "written to a file",
    "writerows": "written to a file",
    "write": "written to a file",
    "write_text": "written to a file",
    "create_dataset": "written to a file",
    "from_tensor_slices": "made into a dataset",
    "train_test_split": "split from this order",
    "random_split": "split from this order",
    "add_tokens": "added to a vocabulary",
}

#: Methods of arrays and tensors that keep the order of their rows.
KEEPING = frozenset({"split", "chunk", "reshape", "view", "float", "astype", "to", "cuda", "numpy"})

#: Methods that train on what they are given.
TRAINING = frozenset({"backward", "train_on_batch", "partial_fit"})

#: Calls that join a collection and what is new: `x = pd.concat([x, row])`.
JOINING = frozenset({"concat", "concatenate", "append", "vstack", "hstack", "cat", "stack"})

#: Endings of class names that hold data in the order in which they get it.
ORDERED_CLASSES = (
    *("Dataset", "DataLoader", "Sampler", "DataModule"),
    *("DataGenerator", "DataSequence", "data_generator"),
)

#: Last names of calls that read the content of a file.
READERS = frozenset(
    """
    imread open read_csv read_json read_parquet read_table read_pickle read_excel load loadtxt
    genfromtxt load_img read_image read_file decode_image decode_jpeg decode_png read_text
    read_bytes from_file loadmat load_audio read_wav load_image read_video fromfile loads
    open_image safe_load from_json parse_example ElementTree getroot
    """.split()
)

#: Dotted beginnings of names that draw from a random stream.
DRAWS = (
    "random.",
    "numpy.random.",
    "torch.rand",
    "torch.normal",
    "torch.bernoulli",
    "torch.multinomial",
    "tensorflow.random.",
)
#: Names below `DRAWS` that draw nothing.
NOT_DRAWS = frozenset(
    """
    random.seed numpy.random.seed random.Random numpy.random.default_rng numpy.random.RandomState
    random.getstate random.setstate numpy.random.get_state numpy.random.set_state
    tensorflow.random.set_seed random.SystemRandom numpy.random.Generator
    """.split()
)

#: What makes a generator of random numbers, which is seeded or drawn from by itself.
GENERATORS = frozenset(
    "random.Random numpy.random.default_rng numpy.random.RandomState numpy.random.Generator".split()
)

#: Last names of calls that give whole numbers.
NUMBER_CALLS = frozenset("range len int round arange randint argmax argsort ord".split())
