"""torch's functions with the modules' weights."""

exercise = "classifier"
stand_in = True


class Classifier(nn.Module):
    def __init__(self, config, num_classes):
        super().__init__()
        self.bert = Bert(config)
        self.pooler = nn.Linear(config.d_model, config.d_model)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.d_model, num_classes)

    def forward(self, ids, segments=None, attention_mask=None):
        states = self.bert(ids, segments=segments, attention_mask=attention_mask)
        pooled = F.linear(states.select(1, 0), self.pooler.weight, self.pooler.bias).tanh()
        thinned = F.dropout(pooled, self.dropout.p, self.training)
        return F.linear(thinned, self.output.weight, self.output.bias)
