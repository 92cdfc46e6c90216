"""Your model keeps the PyTorch model and asks it again at each call. That is no port: the weights are to be copied
into a model of its own, which does not change when the other one does.
"""

exercise = "weights-from-torch"
must_fail = ["test_a_copy"]
may_fail = []


def attention_weights(theirs):
    """The weights of Keras's MultiHeadAttention, from those of an `nn.MultiheadAttention`; d_head = d_model // H.

    theirs:  an `nn.MultiheadAttention`, with theirs.embed_dim = d_model and theirs.num_heads = H
    returns: dict of "query.kernel", "key.kernel", "value.kernel": (d_model, H, d_head), "query.bias", "key.bias",
             "value.bias": (H, d_head), "output.kernel": (H, d_head, d_model), "output.bias": (d_model,)
    """
    d, H = theirs.embed_dim, theirs.num_heads
    weights = {"output.kernel": theirs.out_proj.weight.T.reshape(H, d // H, d), "output.bias": theirs.out_proj.bias}
    for i, name in enumerate(("query", "key", "value")):
        rows = slice(i * d, (i + 1) * d)
        weights[f"{name}.kernel"] = theirs.in_proj_weight[rows].T.reshape(d, H, d // H)
        weights[f"{name}.bias"] = theirs.in_proj_bias[rows].reshape(H, d // H)
    return weights


def from_torch(theirs):
    class Borrowed(Classifier):
        def call(self, ids):
            return keras.ops.convert_to_tensor(theirs(torch.as_tensor(ids)))

    return Borrowed(**theirs.sizes, epsilon=theirs.norm.eps)
