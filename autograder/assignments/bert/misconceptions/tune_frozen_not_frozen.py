"""The encoder is left out of the list, but its parameters still have requires_grad: gradients are computed for nothing,
and the next optimizer made of all parameters moves them.
"""

exercise = "fine-tune"
must_fail = ["test_what_is_trained", "test_frozen_stays"]
may_fail = []


def prepare(classifier, weights, how):
    if how != "from scratch":
        encoder = {name.removeprefix("bert."): each for name, each in weights.items() if name.startswith("bert.")}
        classifier.bert.load_state_dict(encoder)
    if how == "frozen encoder":
        return [*classifier.pooler.parameters(), *classifier.output.parameters()]
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
