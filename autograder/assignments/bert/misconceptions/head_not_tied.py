"""Your head guesses with a second table. It is the embeddings' own table, read backwards: one parameter with two uses.
"""

exercise = "mlm-head"
must_fail = ["test_logits", "test_tied"]
may_fail = []


class MaskedLM(nn.Module):

    def __init__(self, config):
        super().__init__()
        self.bert = Bert(config)
        self.dense = nn.Linear(config.d_model, config.d_model)
        self.norm = nn.LayerNorm(config.d_model, eps=EPS)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.decoder = nn.Linear(config.d_model, config.vocab_size, bias=False)

    def forward(self, ids, segments=None, attention_mask=None):
        hidden = self.bert(ids, segments, attention_mask)                      # (B, T, d)
        x = self.norm(F.gelu(self.dense(hidden)))                              # (B, T, d)
        return F.linear(x, self.decoder.weight, self.bias)       # (B, T, V)


def masked_lm_loss(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)
