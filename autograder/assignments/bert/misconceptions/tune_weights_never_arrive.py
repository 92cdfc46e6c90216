"""The pre-trained weights never arrive: their names begin with `bert.`, those of classifier.bert do not, and
strict=False passes over all of them without a word. You fine-tune random weights.
"""

exercise = "fine-tune"
must_fail = ["test_weights"]
may_fail = []


def prepare(classifier, weights, how):
    if how != "from scratch":
        classifier.bert.load_state_dict(weights, strict=False)
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
