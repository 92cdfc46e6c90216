"""Copied parameter by parameter."""

exercise = "fine-tune"


def prepare(classifier, weights, how):
    parameters = list(classifier.pooler.parameters()) + list(classifier.output.parameters())
    if how == "from scratch":
        return parameters + list(classifier.bert.parameters())
    with torch.no_grad():
        for name, parameter in classifier.bert.named_parameters():
            parameter.copy_(weights["bert." + name])
    if how == "everything":
        return parameters + list(classifier.bert.parameters())
    for parameter in classifier.bert.parameters():
        parameter.requires_grad = False
    return parameters


def fine_tune_step(classifier, optimizer, batch, classes, how):
    classifier.train()
    classifier.bert.train(how != "frozen encoder")
    ids, segments, attention_mask = batch
    scores = classifier(ids, segments=segments, attention_mask=attention_mask)
    loss = -scores.log_softmax(-1).gather(1, classes.view(-1, 1)).mean()
    for parameter in classifier.parameters():
        parameter.grad = None
    loss.backward()
    optimizer.step()
    return loss.item()
