"""Your layer says what a token is, and not where it stands: the table `places` is never asked. Attention and the mean
do not see order, so the model could not tell a text from the same words shuffled.
"""

exercise = "token-and-position-embedding"
must_fail = ["test_values", "test_lengths", "test_same_token_elsewhere", "test_both_learn"]
may_fail = []


class TokenAndPositionEmbedding(keras.layers.Layer):
    """A learnt vector for the token, plus a learnt vector for its place."""

    def __init__(self, num_tokens, longest, d_model):
        super().__init__()
        self.tokens = keras.layers.Embedding(num_tokens, d_model)
        self.places = keras.layers.Embedding(longest, d_model)

    def call(self, ids):
        """ids: (B, T) int -> (B, T, d_model)"""
        return self.tokens(ids)
