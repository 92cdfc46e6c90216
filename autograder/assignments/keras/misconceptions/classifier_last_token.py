"""You classify by the last column. In a batch that is a pad for all but the longest text; and a mean over the real
tokens is asked for.
"""

exercise = "classifier"
must_fail = ["test_values", "test_more_pads", "test_alone", "test_pad", "test_blocks"]
may_fail = []


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
        """ids: (B, T) int -> logits (B, num_classes)"""
        real = keras.ops.not_equal(ids, self.pad)
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x, real)
        return self.scores(self.norm(x)[:, -1])
