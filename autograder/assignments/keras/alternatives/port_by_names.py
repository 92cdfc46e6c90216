"""One dict for the whole model, from the state dict's names."""

exercise = "weights-from-torch"


def attention_weights(theirs):
    H = theirs.num_heads
    weights = {}
    thirds = zip(theirs.in_proj_weight.chunk(3), theirs.in_proj_bias.chunk(3))
    for name, (matrix, bias) in zip(["query", "key", "value"], thirds):
        weights[name + ".kernel"] = matrix.unflatten(0, (H, -1)).permute(2, 0, 1).detach().numpy()
        weights[name + ".bias"] = bias.unflatten(0, (H, -1)).detach().numpy()
    weights["output.kernel"] = theirs.out_proj.weight.unflatten(1, (H, -1)).permute(1, 2, 0).detach().numpy()
    weights["output.bias"] = theirs.out_proj.bias.detach().numpy()
    return weights


def from_torch(theirs):
    model = Classifier(epsilon=theirs.norm.eps, **theirs.sizes)
    model(np.array([[1, 1]], dtype="int32"))
    renamed = {}
    for name, value in theirs.state_dict().items():
        part, _, kind = name.rpartition(".")
        if "attention." in name:
            continue
        if part in ("tokens", "places"):
            renamed[f"embedding.{part}.embeddings"] = value
        elif part.endswith("norm"):
            renamed[part + (".gamma" if kind == "weight" else ".beta")] = value
        else:
            renamed[part + (".kernel" if kind == "weight" else ".bias")] = value.T if kind == "weight" else value
    for i, block in enumerate(theirs.blocks):
        inner = attention_weights(block.attention)
        renamed.update({f"blocks.{i}.attention.{name}": value for name, value in inner.items()})
    set_weights(model, renamed)
    return model
