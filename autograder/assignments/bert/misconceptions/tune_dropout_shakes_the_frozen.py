"""Dropout goes on shaking the frozen encoder: classifier.train() switches it on in all parts. Put the encoder back into
evaluation mode in each step.
"""

exercise = "fine-tune"
must_fail = ["test_modes"]
may_fail = []


def prepare(classifier, weights, how):
    if how != "from scratch":
        encoder = {name.removeprefix("bert."): each for name, each in weights.items() if name.startswith("bert.")}
        classifier.bert.load_state_dict(encoder)
    if how == "frozen encoder":
        classifier.bert.requires_grad_(False)
    return [parameter for parameter in classifier.parameters() if parameter.requires_grad]


def fine_tune_step(classifier, optimizer, batch, classes, how):
    classifier.train()
    loss = F.cross_entropy(classifier(*batch), classes)                        # ()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
