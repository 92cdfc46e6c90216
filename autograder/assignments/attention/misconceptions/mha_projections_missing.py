"""You attend with the inputs as they are: W_q, W_k and W_v have no part in it, and so can learn nothing."""

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
    "test_all_projections_learn",
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
        q, k, v = (split_heads(x, self.num_heads) for x in (query, key, value))
        if mask is not None:
            mask = mask.unsqueeze(-3)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.W_o(merge_heads(output)), weights
