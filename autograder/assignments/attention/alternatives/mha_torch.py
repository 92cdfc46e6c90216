"""torch's own multi-head attention, as a function, with the weights of the given module; queries with nothing to see
look at everything and are wiped out afterwards.
"""

exercise = "multi-head-attention"
stand_in = True


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
        B, Tq, Tk, H = query.shape[0], query.shape[1], key.shape[1], self.num_heads
        seen = torch.ones(B, Tq, Tk, dtype=torch.bool, device=query.device) if mask is None else mask.expand(B, Tq, Tk)
        blind = ~seen.any(dim=-1, keepdim=True)                                        # (B, Tq, 1)
        hidden = ~(seen | blind)                                                       # torch: True = may NOT look
        output, weights = F.multi_head_attention_forward(
            query.transpose(0, 1), key.transpose(0, 1), value.transpose(0, 1),
            embed_dim_to_check=query.shape[-1], num_heads=H,
            in_proj_weight=None, in_proj_bias=torch.cat([self.W_q.bias, self.W_k.bias, self.W_v.bias]),
            bias_k=None, bias_v=None, add_zero_attn=False, dropout_p=0.0,
            out_proj_weight=self.W_o.weight, out_proj_bias=self.W_o.bias, training=False,
            need_weights=True, attn_mask=hidden.repeat_interleave(H, dim=0), average_attn_weights=False,
            use_separate_proj_weight=True,
            q_proj_weight=self.W_q.weight, k_proj_weight=self.W_k.weight, v_proj_weight=self.W_v.weight,
        )
        output = torch.where(blind, self.W_o.bias, output.transpose(0, 1))
        return output, weights.masked_fill(blind.unsqueeze(1), 0.0)
