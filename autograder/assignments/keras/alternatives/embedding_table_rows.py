"""The first T rows of the table, as a whole."""

exercise = "token-and-position-embedding"
stand_in = True


class TokenAndPositionEmbedding(keras.layers.Layer):
    """A learnt vector for the token, plus a learnt vector for its place."""

    def __init__(self, num_tokens, longest, d_model):
        super().__init__()
        self.tokens = keras.layers.Embedding(num_tokens, d_model)
        self.places = keras.layers.Embedding(longest, d_model)

    def call(self, ids):
        if not self.places.built:
            self.places.build()
        table = self.places.embeddings[: ids.shape[1]]
        return keras.ops.add(keras.ops.expand_dims(table, 0), self.tokens(ids))
