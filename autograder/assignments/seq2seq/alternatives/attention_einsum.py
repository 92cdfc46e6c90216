"""Everything with einsum."""

exercise = "additive-attention"


class AdditiveAttention(nn.Module):
    def __init__(self, state_size, memory_size, attention_size):
        super().__init__()
        self.W = nn.Linear(state_size, attention_size, bias=False)
        self.U = nn.Linear(memory_size, attention_size, bias=False)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, state, memory, mask=None):
        hidden = torch.tanh(torch.einsum("bs,as->ba", state, self.W.weight)[:, None] + torch.einsum("btm,am->bta", memory, self.U.weight))
        scores = torch.einsum("bta,a->bt", hidden, self.v.weight[0])
        if mask is not None:
            scores = scores.masked_fill(mask.logical_not(), -1e9)
        weights = scores.softmax(-1)
        return torch.einsum("bt,btm->bm", weights, memory), weights
