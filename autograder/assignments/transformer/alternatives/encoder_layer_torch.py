"""torch's functions for norm and feed-forward, none of the student's earlier classes called."""

exercise = "encoder-layer"
stand_in = True


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.attention_norm = LayerNorm(d_model)
        self.feed_forward_norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
        norms = [F.layer_norm(x, x.shape[-1:], self.attention_norm.gamma, self.attention_norm.beta, 1e-5)]
        x = torch.add(x, self.attention(*norms * 3, mask=mask)[0])
        normed = F.layer_norm(x, x.shape[-1:], self.feed_forward_norm.gamma, self.feed_forward_norm.beta, 1e-5)
        first, second = self.feed_forward.W_1, self.feed_forward.W_2
        return torch.add(x, F.linear(F.relu(F.linear(normed, first.weight, first.bias)), second.weight, second.bias))
