"""You replace `norm` wherever it occurs, also inside of attention_norm and feed_forward_norm. Compare whole parts of
the name.
"""

exercise = "to-transformers"
must_fail = ["test_layers"]
may_fail = []


def transformers_name(name):
    if name == "bias":
        return "cls.predictions.bias"
    pairs = (("layers.", "encoder.layer."), ("norm", "LayerNorm"), ("words", "word_embeddings"),
             ("positions", "position_embeddings"), ("segments", "token_type_embeddings"), ("W_q", "self.query"),
             ("W_k", "self.key"), ("W_v", "self.value"), ("W_o", "output.dense"), ("W_1", "intermediate.dense"),
             ("W_2", "output.dense"))
    for ours, theirs in pairs:
        name = name.replace(ours, theirs)
    return name if name.startswith("bert.") else f"cls.predictions.transform.{name}"
