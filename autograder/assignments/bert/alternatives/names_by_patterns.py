"""Regular expressions."""

exercise = "to-transformers"


def transformers_name(name):
    import re

    patterns = (
        (r"^bias$", "cls.predictions.bias"),
        (r"^dense\.", "cls.predictions.transform.dense."),
        (r"^norm\.", "cls.predictions.transform.LayerNorm."),
        (r"^bert\.embeddings\.words\.", "bert.embeddings.word_embeddings."),
        (r"^bert\.embeddings\.positions\.", "bert.embeddings.position_embeddings."),
        (r"^bert\.embeddings\.segments\.", "bert.embeddings.token_type_embeddings."),
        (r"^bert\.embeddings\.norm\.", "bert.embeddings.LayerNorm."),
        (r"^bert\.layers\.(\d+)\.attention\.W_q\.", r"bert.encoder.layer.\1.attention.self.query."),
        (r"^bert\.layers\.(\d+)\.attention\.W_k\.", r"bert.encoder.layer.\1.attention.self.key."),
        (r"^bert\.layers\.(\d+)\.attention\.W_v\.", r"bert.encoder.layer.\1.attention.self.value."),
        (r"^bert\.layers\.(\d+)\.attention\.W_o\.", r"bert.encoder.layer.\1.attention.output.dense."),
        (r"^bert\.layers\.(\d+)\.attention_norm\.", r"bert.encoder.layer.\1.attention.output.LayerNorm."),
        (r"^bert\.layers\.(\d+)\.W_1\.", r"bert.encoder.layer.\1.intermediate.dense."),
        (r"^bert\.layers\.(\d+)\.W_2\.", r"bert.encoder.layer.\1.output.dense."),
        (r"^bert\.layers\.(\d+)\.feed_forward_norm\.", r"bert.encoder.layer.\1.output.LayerNorm."),
    )
    for pattern, replacement in patterns:
        if re.match(pattern, name):
            return re.sub(pattern, replacement, name)
    raise KeyError(name)
