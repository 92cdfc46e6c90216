"""Pooled everywhere, read at [CLS]."""

exercise = "classifier"


class Classifier(nn.Module):
    def __init__(self, config, num_classes):
        super().__init__()
        self.bert = Bert(config)
        self.pooler = nn.Linear(config.d_model, config.d_model)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.d_model, num_classes)

    def forward(self, ids, segments=None, attention_mask=None):
        pooled = self.pooler(self.bert(ids, segments, attention_mask)).tanh()
        cls, *_ = pooled.unbind(dim=1)
        return self.output(self.dropout(cls))
