"""You take F.cross_entropy over all places: pads count, and there is no smoothing. Use smoothed_loss."""

exercise = "train-step"
must_fail = ["test_loss", "test_step", "test_fresh_gradients", "test_momentum", "test_pads"]
may_fail = []


def train_step(model, optimizer, source, target, smoothing=0.1):
    optimizer.zero_grad()
    logits = model(source, target[:, :-1])
    loss = F.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten())
    loss.backward()
    optimizer.step()
    return loss.item()
