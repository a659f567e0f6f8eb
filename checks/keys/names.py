"""Names of JAX's random functions, of transformations, and of calls that take a key."""

from __future__ import annotations

import re

from ...auditor.regex import regex

#: Functions that make a key from a number.
CONSTRUCTORS = frozenset({"jax.random.PRNGKey", "jax.random.key"})

#: All samplers of jax 0.10: each consumes its key, the first argument.
SAMPLERS = frozenset(
    f"jax.random.{name}"
    for name in """
    ball bernoulli beta binomial bits categorical cauchy chisquare choice dirichlet
    double_sided_maxwell exponential f gamma generalized_normal geometric gumbel laplace loggamma
    logistic lognormal maxwell multinomial multivariate_normal normal orthogonal pareto permutation
    poisson rademacher randint rayleigh t triangular truncated_normal uniform wald weibull_min
    """.split()
) | frozenset({"jax.random.shuffle", "jax.lax.rng_bit_generator"})

#: Samplers of noise, which nobody wants alike in every weight; rows are chosen alike on purpose.
NOISE = SAMPLERS - frozenset(
    f"jax.random.{name}"
    for name in "bernoulli bits categorical choice permutation randint shuffle".split()
)

SPLIT = "jax.random.split"
FOLD_IN = "jax.random.fold_in"
#: Functions that hand out a key that may be used whatever became of the first.
FRESH = frozenset({"jax.random.clone", "jax.random.wrap_key_data"})
#: Functions that look at a key and leave it as it is.
INSPECTORS = frozenset({"jax.random.key_data", "jax.random.key_impl", "jax.random.key_dtype"})

#: Other functions that consume a key: name -> position of the key.
OTHER_CONSUMERS = {
    "haiku.dropout": 0,
    "haiku.PRNGSequence": 0,
    "flax.nnx.Rngs": 0,
}

#: Calls that hand their function on as it is: the result is called like the function.
SAME = frozenset(
    """
    jax.jit jax.grad jax.value_and_grad jax.checkpoint jax.remat jax.named_call jax.jacfwd
    jax.jacrev jax.hessian jax.custom_vjp jax.custom_jvp jax.disable_jit jax.eval_shape
    functools.wraps functools.lru_cache functools.cache equinox.filter_jit equinox.filter_grad
    equinox.filter_value_and_grad flax.nnx.jit flax.nnx.grad flax.nnx.value_and_grad
    chex.assert_max_traces flax.linen.jit flax.linen.remat jax.experimental.pjit.pjit
    """.split()
)
PARTIAL = frozenset({"functools.partial", "jax.tree_util.Partial", "jax.util.partial"})
VMAP = frozenset({"jax.vmap", "equinox.filter_vmap"})
PMAP = frozenset({"jax.pmap", "equinox.filter_pmap"})

SCAN = frozenset({"jax.lax.scan"})
FORI = frozenset({"jax.lax.fori_loop"})
WHILE = frozenset({"jax.lax.while_loop"})
MAP = frozenset({"jax.lax.map"})
#: Calls that give a function the leaves of a tree, one after the other.
TREE_MAP = frozenset({"jax.tree.map", "jax.tree_util.tree_map", "jax.tree_map"})
COND = frozenset({"jax.lax.cond"})
SWITCH = frozenset({"jax.lax.switch"})

#: Methods that consume a key that is given to them.
CONSUMING_METHODS = frozenset(
    """
    init init_with_output apply lazy_init sample sample_and_log_prob rsample init_params
    init_weights sample_n initialize
    """.split()
)
#: Keywords under which functions take a key.
KEY_KEYWORDS = frozenset(
    {"key", "rng", "rngs", "seed", "prng_key", "rng_key", "prng", "random_key"}
)

#: Last names of calls that store, move or show what they are given.
HARMLESS = frozenset(
    """
    print len isinstance type repr str id hash list tuple dict set iter zip enumerate reversed
    replicate unreplicate device_put device_get device_put_replicated device_put_sharded
    block_until_ready tree_map map stack array asarray concatenate reshape broadcast_to expand_dims
    append extend insert info debug warning error log shard shard_prng_key replace _replace create
    save save_checkpoint restore restore_checkpoint copy deepcopy assert_shape issubdtype where
    shape ndim ravel squeeze tile key_data delete with_sharding_constraint astype view tolist
    update setattr add put get setdefault tree_leaves tree_flatten ravel_pytree
    make_array_from_callback
    """.split()
)

#: A variable with such a name holds a key that is meant to be used again.
INTENDED = regex(
    r"eval|valid|test|fixed|demo|target|static|const|shared|common|same|dummy|fake|infer|predict"
    r"|decode|visual|plot|display"
)
#: A comment that says so.
SAYS_INTENDED = regex(
    r"#.*\b(same|dummy|fixed|determinis\w*|re-?us\w*|shared?|correlated|deliberate\w*|intention\w*|intended|"
    r"on purpose)\b",
    re.I,
)
#: A parameter with such a name holds a key, if anything shows that keys are meant at all.
KEYLIKE = regex(r"(^|_)(key|rng|prng|subkey|prng_key)s?\d*($|_)|^k\d*$")
