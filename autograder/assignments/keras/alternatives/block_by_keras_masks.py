"""The mask handed over as Keras's own value mask."""

exercise = "transformer-block"


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
        found = self.attention(seen, seen, value_mask=real)
        x = keras.layers.add([x, found])
        return keras.layers.add([x, self.narrow(self.widen(self.feed_forward_norm(x)))])
