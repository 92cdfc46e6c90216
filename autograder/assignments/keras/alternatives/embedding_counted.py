"""Places counted by a running sum of ones."""

exercise = "token-and-position-embedding"


class TokenAndPositionEmbedding(keras.layers.Layer):
    """A learnt vector for the token, plus a learnt vector for its place."""

    def __init__(self, num_tokens, longest, d_model):
        super().__init__()
        self.tokens = keras.layers.Embedding(num_tokens, d_model)
        self.places = keras.layers.Embedding(longest, d_model)

    def call(self, ids):
        ones = keras.ops.ones_like(ids)
        return keras.ops.sum(keras.ops.stack([self.tokens(ids), self.places(keras.ops.cumsum(ones, axis=1) - 1)]), axis=0)
