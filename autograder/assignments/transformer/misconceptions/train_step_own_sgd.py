"""You move the parameters yourself, by the learning rate times the gradient. Let the optimizer step: it may have
momentum, or be Adam.
"""

exercise = "train-step"
must_fail = ["test_momentum"]
may_fail = ["test_overfit"]


def train_step(model, optimizer, source, target, smoothing=0.1):
    optimizer.zero_grad()
    logits = model(source, target[:, :-1])
    loss = smoothed_loss(logits, target[:, 1:], smoothing)
    loss.backward()
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                parameter.data -= group["lr"] * parameter.grad
    return loss.item()
