"""You return the loss as a tensor, which keeps the whole graph of the batch in memory for as long as you keep the
number. Return a float: `.item()`.
"""

exercise = "train-step"
must_fail = ["test_loss", "test_step", "test_fresh_gradients", "test_momentum", "test_pads", "test_shift"]
may_fail = []


def train_step(model, optimizer, source, target, smoothing=0.1):
    optimizer.zero_grad()
    logits = model(source, target[:, :-1])
    loss = smoothed_loss(logits, target[:, 1:], smoothing)
    loss.backward()
    optimizer.step()
    return loss
