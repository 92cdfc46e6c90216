"""The state of the whole, with the encoder's part replaced."""

exercise = "fine-tune"


def prepare(classifier, weights, how):
    if how in ("frozen encoder", "everything"):
        state = classifier.state_dict()
        classifier.load_state_dict({name: weights.get(name, each) if name.startswith("bert.") else each
                                    for name, each in state.items()})
    trained = []
    for name, parameter in classifier.named_parameters():
        parameter.requires_grad_(how != "frozen encoder" or not name.startswith("bert."))
        if parameter.requires_grad:
            trained.append(parameter)
    return trained


def fine_tune_step(classifier, optimizer, batch, classes, how):
    for part in classifier.children():
        part.train()
    classifier.train()
    if how == "frozen encoder":
        for module in classifier.bert.modules():
            module.training = False
    optimizer.zero_grad()
    log_p = classifier(*batch).log_softmax(dim=-1)
    loss = F.nll_loss(log_p, classes)
    loss.backward()
    optimizer.step()
    return float(loss.detach())
