"""You freeze the maps and the tables, but not the norms: a frozen encoder whose norms go on learning is not frozen.
"""

exercise = "fine-tune"
must_fail = ["test_what_is_trained", "test_frozen_stays"]
may_fail = []


def prepare(classifier, weights, how):
    if how != "from scratch":
        encoder = {name.removeprefix("bert."): each for name, each in weights.items() if name.startswith("bert.")}
        classifier.bert.load_state_dict(encoder)
    if how == "frozen encoder":
        for name, parameter in classifier.bert.named_parameters():
            parameter.requires_grad = "norm" in name
    return [parameter for parameter in classifier.parameters() if parameter.requires_grad]


def fine_tune_step(classifier, optimizer, batch, classes, how):
    classifier.train()
    if how == "frozen encoder":
        classifier.bert.eval()
    loss = F.cross_entropy(classifier(*batch), classes)                        # ()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
