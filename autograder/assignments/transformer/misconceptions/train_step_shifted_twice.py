"""You shift twice: the model is asked for the token after the next."""

exercise = "train-step"
must_fail = ["test_loss", "test_step", "test_fresh_gradients", "test_momentum", "test_shift"]
may_fail = ["test_pads", "test_overfit"]


def train_step(model, optimizer, source, target, smoothing=0.1):
    optimizer.zero_grad()
    logits = model(source, target[:, :-2])
    loss = smoothed_loss(logits, target[:, 2:], smoothing)
    loss.backward()
    optimizer.step()
    return loss.item()
