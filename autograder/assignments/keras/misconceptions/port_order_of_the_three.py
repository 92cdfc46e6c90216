"""You took the three parts of `in_proj_weight` in another order. From top to bottom they are the query's, the key's,
the value's.
"""

exercise = "weights-from-torch"
must_fail = ["test_attention_weights", "test_same_function", "test_square", "test_blocks", "test_a_copy"]
may_fail = ["test_epsilon"]


def attention_weights(theirs):
    """The weights of Keras's MultiHeadAttention, from those of an `nn.MultiheadAttention`; d_head = d_model // H.

    theirs:  an `nn.MultiheadAttention`, with theirs.embed_dim = d_model and theirs.num_heads = H
    returns: dict of "query.kernel", "key.kernel", "value.kernel": (d_model, H, d_head), "query.bias", "key.bias",
             "value.bias": (H, d_head), "output.kernel": (H, d_head, d_model), "output.bias": (d_model,)
    """
    d, H = theirs.embed_dim, theirs.num_heads
    weights = {"output.kernel": theirs.out_proj.weight.T.reshape(H, d // H, d), "output.bias": theirs.out_proj.bias}
    for i, name in enumerate(("query", "value", "key")):
        rows = slice(i * d, (i + 1) * d)
        weights[f"{name}.kernel"] = theirs.in_proj_weight[rows].T.reshape(d, H, d // H)
        weights[f"{name}.bias"] = theirs.in_proj_bias[rows].reshape(H, d // H)
    return weights


def from_torch(theirs):
    """A Classifier that computes what a TorchClassifier computes.

    theirs:  a TorchClassifier
    returns: a new Classifier of the same sizes, with its weights and its norms' epsilon
    """
    ours = Classifier(**theirs.sizes, epsilon=theirs.norm.eps)
    ours(np.ones((1, 1), dtype="int32"))
    for name in ("tokens", "places"):
        set_weights(getattr(ours.embedding, name), {"embeddings": getattr(theirs, name).weight})
    for our, their in [(ours, theirs), *zip(ours.blocks, theirs.blocks)]:
        for name, part in their.named_children():
            if isinstance(part, nn.Linear):
                set_weights(getattr(our, name), {"kernel": part.weight.T, "bias": part.bias})
            elif isinstance(part, nn.LayerNorm):
                set_weights(getattr(our, name), {"gamma": part.weight, "beta": part.bias})
            elif isinstance(part, nn.MultiheadAttention):
                set_weights(our.attention, attention_weights(part))
    return ours
