"""You sum the loss place by place. The number is right, but a GPU is asked for many small operations, and each costs
a launch.
"""

exercise = "gpu-step"
must_fail = ["test_launches"]
may_fail = []


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1]).log_softmax(-1)
    loss = 0.0
    for text, wanted in zip(logits.unbind(0), target[:, 1:].unbind(0)):
        for scores, token in zip(text.unbind(0), wanted.unbind(0)):
            loss = loss - scores.gather(0, token[None])[0] * (token != PAD)
    return loss / total
