"""You never hand smoothing on, so it is always 0.1."""

exercise = "train-step"
must_fail = ["test_loss", "test_momentum"]
may_fail = []


def train_step(model, optimizer, source, target, smoothing=0.1):
    optimizer.zero_grad()
    logits = model(source, target[:, :-1])
    loss = smoothed_loss(logits, target[:, 1:])
    loss.backward()
    optimizer.step()
    return loss.item()
