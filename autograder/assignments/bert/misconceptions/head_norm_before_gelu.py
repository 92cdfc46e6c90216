"""The norm comes before the bend. The order is dense, GELU, norm."""

exercise = "mlm-head"
must_fail = ["test_logits"]
may_fail = []


class MaskedLM(nn.Module):

    def __init__(self, config):
        super().__init__()
        self.bert = Bert(config)
        self.dense = nn.Linear(config.d_model, config.d_model)
        self.norm = nn.LayerNorm(config.d_model, eps=EPS)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))

    def forward(self, ids, segments=None, attention_mask=None):
        hidden = self.bert(ids, segments, attention_mask)                      # (B, T, d)
        x = F.gelu(self.norm(self.dense(hidden)))                              # (B, T, d)
        return F.linear(x, self.bert.embeddings.words.weight, self.bias)       # (B, T, V)


def masked_lm_loss(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)
