"""You set the vectors of pads to zero. That hides them neither from attention nor from the mean (a zero counts, too);
hiding is the business of the masks later on.
"""

exercise = "token-and-position-embedding"
must_fail = ["test_values", "test_lengths"]
may_fail = []


class TokenAndPositionEmbedding(keras.layers.Layer):
    """A learnt vector for the token, plus a learnt vector for its place."""

    def __init__(self, num_tokens, longest, d_model):
        super().__init__()
        self.tokens = keras.layers.Embedding(num_tokens, d_model)
        self.places = keras.layers.Embedding(longest, d_model)

    def call(self, ids):
        """ids: (B, T) int -> (B, T, d_model)"""
        where = keras.ops.arange(keras.ops.shape(ids)[1])
        real = keras.ops.cast(keras.ops.not_equal(ids, 0), "float32")
        return (self.tokens(ids) + self.places(where)) * keras.ops.expand_dims(real, -1)
