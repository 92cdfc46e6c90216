"""The mean as a product with shares that sum to 1."""

exercise = "classifier"


class Classifier(keras.Model):
    """Reads texts and scores classes: embedding, blocks, norm, the mean over real tokens, a linear map."""

    def __init__(self, num_tokens, longest, d_model, num_heads, d_ff, num_layers, num_classes, epsilon=1e-3, pad=PAD):
        super().__init__()
        self.pad = pad
        self.embedding = TokenAndPositionEmbedding(num_tokens, longest, d_model)
        self.blocks = [TransformerBlock(d_model, num_heads, d_ff, epsilon) for _ in range(num_layers)]
        self.norm = keras.layers.LayerNormalization(epsilon=epsilon)
        self.scores = keras.layers.Dense(num_classes)

    def call(self, ids):
        x, real = self.embedding(ids), keras.ops.not_equal(ids, self.pad)
        for step in self.blocks:
            x = step(x, real)
        ones = keras.ops.cast(real, "float32")
        shares = ones / keras.ops.sum(ones, axis=1, keepdims=True)
        return self.scores(keras.ops.einsum("bt,btd->bd", shares, self.norm(x)))
