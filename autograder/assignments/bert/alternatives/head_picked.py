"""Only what is asked for goes into the loss."""

exercise = "mlm-head"


class MaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.bert = Bert(config)
        self.dense = nn.Linear(config.d_model, config.d_model)
        self.norm = nn.LayerNorm(config.d_model, eps=EPS)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))

    def forward(self, ids, segments=None, attention_mask=None):
        x = self.norm(F.gelu(self.dense(self.bert(ids, segments, attention_mask))))
        return x @ self.bert.embeddings.words.weight.transpose(0, 1) + self.bias


def masked_lm_loss(logits, labels):
    asked = labels != -100
    return F.cross_entropy(logits[asked], labels[asked])
