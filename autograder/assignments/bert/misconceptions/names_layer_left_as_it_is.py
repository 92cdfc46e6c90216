"""`layers` is called `encoder.layer` there, without an s."""

exercise = "to-transformers"
must_fail = ["test_layers"]
may_fail = []


def transformers_name(name):
    if name == "bias":
        return "cls.predictions.bias"
    theirs = {
        "embeddings.words": "embeddings.word_embeddings", "embeddings.positions": "embeddings.position_embeddings",
        "embeddings.segments": "embeddings.token_type_embeddings", "embeddings.norm": "embeddings.LayerNorm",
        "attention.W_q": "attention.self.query", "attention.W_k": "attention.self.key",
        "attention.W_v": "attention.self.value", "attention.W_o": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm", "W_1": "intermediate.dense", "W_2": "output.dense",
        "feed_forward_norm": "output.LayerNorm", "dense": "cls.predictions.transform.dense",
        "norm": "cls.predictions.transform.LayerNorm",
    }
    place, _, ending = name.rpartition(".")                    # "bert.layers.3.attention.W_q", "weight"
    if not place.startswith("bert."):
        return f"{theirs[place]}.{ending}"
    if place.startswith("bert.embeddings"):
        return f"bert.{theirs[place.removeprefix('bert.')]}.{ending}"
    number, _, part = place.removeprefix("bert.layers.").partition(".")
    return f"bert.layers.{number}.{theirs[part]}.{ending}"
