"""Keras's own pooling layer, which takes a mask."""

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
        self.pool = keras.layers.GlobalAveragePooling1D()

    def call(self, ids):
        real = keras.ops.not_equal(ids, self.pad)
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x, real)
        return self.scores(self.pool(self.norm(x), mask=real))
