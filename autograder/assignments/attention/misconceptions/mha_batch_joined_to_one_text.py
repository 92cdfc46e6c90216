"""You join the sentences of a batch to one long text before you attend, so that they look at each other. A batch is a
matter of speed alone: each sentence has to get what it would get by itself.
"""

exercise = "multi-head-attention"
must_fail = [
    "test_self_attention",
    "test_encoder_decoder",
    "test_three_inputs",
    "test_weights",
    "test_single_position",
    "test_each_head",
    "test_number_of_heads",
    "test_one_mask_for_all",
    "test_mask_per_sentence",
    "test_gradients",
    "test_batch",
]
may_fail = []


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{d_model} numbers cannot be cut into {num_heads} equal heads")
        self.num_heads = num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B, Tq, d_model = query.shape
        q, k, v = self.W_q(query), self.W_k(key), self.W_v(value)
        k, v = (x.reshape(1, -1, d_model).expand(B, -1, -1) for x in (k, v))
        q, k, v = (split_heads(x, self.num_heads) for x in (q, k, v))
        if mask is not None:
            mask = mask.expand(B, Tq, -1).unsqueeze(1).repeat(1, 1, 1, B)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.W_o(merge_heads(output)), weights[..., : key.shape[1]]
