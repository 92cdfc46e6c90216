"""Your optimizer never steps, so nothing is learnt."""

exercise = "train-step"
must_fail = ["test_step", "test_fresh_gradients", "test_momentum", "test_loss", "test_overfit"]
may_fail = []


def train_step(model, optimizer, source, target, smoothing=0.1):
    optimizer.zero_grad()
    logits = model(source, target[:, :-1])
    loss = smoothed_loss(logits, target[:, 1:], smoothing)
    loss.backward()
    return loss.item()
