"""torch's functions; log_softmax and gather."""

exercise = "mlm-head"
stand_in = True


class MaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.bert = Bert(config)
        self.dense = nn.Linear(config.d_model, config.d_model)
        self.norm = nn.LayerNorm(config.d_model, eps=EPS)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))

    def forward(self, ids, segments=None, attention_mask=None):
        states = self.bert(ids, segments=segments, attention_mask=attention_mask)
        states = nn.functional.gelu(F.linear(states, self.dense.weight, self.dense.bias))
        states = F.layer_norm(states, states.shape[-1:], self.norm.weight, self.norm.bias, self.norm.eps)
        return torch.einsum("btd,vd->btv", states, self.bert.embeddings.words.weight).add(self.bias)


def masked_lm_loss(logits, labels):
    asked = labels.ne(-100)
    log_p = logits.log_softmax(dim=-1).gather(2, labels.clamp(min=0).unsqueeze(2)).squeeze(2)
    return torch.where(asked, -log_p, 0.0).sum() / asked.sum()
