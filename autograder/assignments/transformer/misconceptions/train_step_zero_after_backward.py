"""You clear the gradients between backward and step: the optimizer finds nothing to do."""

exercise = "train-step"
must_fail = ["test_step", "test_fresh_gradients", "test_momentum", "test_loss", "test_overfit"]
may_fail = []


def train_step(model, optimizer, source, target, smoothing=0.1):
    logits = model(source, target[:, :-1])
    loss = smoothed_loss(logits, target[:, 1:], smoothing)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()
