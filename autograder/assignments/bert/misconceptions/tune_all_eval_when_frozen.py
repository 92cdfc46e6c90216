"""With a frozen encoder you put everything into evaluation mode; but the head is trained, with its dropout."""

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
    if how == "frozen encoder":
        classifier.eval()
    loss = F.cross_entropy(classifier(*batch), classes)                        # ()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
