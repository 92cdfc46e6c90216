"""You add a causal mask of your own, also where nobody asked for one. What may be seen is what `mask` says, and
everything where there is none.
"""

exercise = "multi-head-attention"
must_fail = [
    "test_self_attention",
    "test_encoder_decoder",
    "test_three_inputs",
    "test_weights",
    "test_each_head",
    "test_number_of_heads",
    "test_one_mask_for_all",
    "test_mask_per_sentence",
    "test_gradients",
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
        q = split_heads(self.W_q(query), self.num_heads)
        k = split_heads(self.W_k(key), self.num_heads)
        v = split_heads(self.W_v(value), self.num_heads)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        causal = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=q.device).tril()
        mask = causal if mask is None else mask & causal
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.W_o(merge_heads(output)), weights
