"""The classifier does not copy the pre-trained weights, it takes over the very tensors (`.data =`, assign=True):
training it changes them, and the next experiment begins where this one ended.
"""

exercise = "fine-tune"
must_fail = ["test_weights_unchanged"]
may_fail = []


def prepare(classifier, weights, how):
    if how != "from scratch":
        encoder = {name.removeprefix("bert."): each for name, each in weights.items() if name.startswith("bert.")}
        for name, parameter in classifier.bert.named_parameters():
            parameter.data = encoder[name]
    if how == "frozen encoder":
        classifier.bert.requires_grad_(False)
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
