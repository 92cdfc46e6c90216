"""You write into the target that you were given. The next epoch needs it whole."""

exercise = "train-step"
must_fail = ["test_inputs_unchanged"]
may_fail = ["test_shift", "test_overfit", "test_fresh_gradients", "test_momentum", "test_loss", "test_pads", "test_step"]


def train_step(model, optimizer, source, target, smoothing=0.1):
    given = target[:, :-1].clone()
    wanted = target[:, 1:].clone()
    target[:, -1] = PAD
    optimizer.zero_grad()
    logits = model(source, given)
    loss = smoothed_loss(logits, wanted, smoothing)
    loss.backward()
    optimizer.step()
    return loss.item()
