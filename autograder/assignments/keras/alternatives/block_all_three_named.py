"""Query, value and key by name; a mask for every query; the sums in one line each."""

exercise = "transformer-block"
stand_in = True


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
        seen = self.attention_norm(x)
        pairs = keras.ops.logical_and(real[:, None, :], keras.ops.ones_like(real)[:, :, None])
        after = keras.ops.add(self.attention(query=seen, value=seen, key=seen, attention_mask=pairs), x)
        hidden = self.widen(self.feed_forward_norm(after))
        return keras.ops.add(self.narrow(hidden), after)
