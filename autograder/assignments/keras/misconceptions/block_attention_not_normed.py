"""Your attention is given x as it is. In pre-LN it sees the normed copy.
"""

exercise = "transformer-block"
must_fail = ["test_values", "test_mask"]
may_fail = ["test_both_ways", "test_single_token", "test_all_learn"]


class TransformerBlock(keras.layers.Layer):
    """Self-attention, then feed-forward, each on a normed copy (pre-LN) and added to what was there."""

    def __init__(self, d_model, num_heads, d_ff, epsilon=1e-3):
        super().__init__()
        self.attention = keras.layers.MultiHeadAttention(num_heads, key_dim=d_model // num_heads)
        self.attention_norm = keras.layers.LayerNormalization(epsilon=epsilon)
        self.widen = keras.layers.Dense(d_ff, activation="relu")
        self.narrow = keras.layers.Dense(d_model)
        self.feed_forward_norm = keras.layers.LayerNormalization(epsilon=epsilon)

    def call(self, x, real):
        """x: (B, T, d_model), real: (B, T) bool -> (B, T, d_model)"""
        normed = self.attention_norm(x)
        may_look = keras.ops.expand_dims(real, 1)
        x = x + self.attention(x, x, attention_mask=may_look)
        return x + self.narrow(self.widen(self.feed_forward_norm(x)))
