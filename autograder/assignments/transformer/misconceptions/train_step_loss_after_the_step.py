"""You return the loss after the step, from a second call of the model. Return the loss that the gradients belong to; a
second call costs as much as the first.
"""

exercise = "train-step"
must_fail = ["test_loss", "test_shift", "test_pads"]
may_fail = []


def train_step(model, optimizer, source, target, smoothing=0.1):
    optimizer.zero_grad()
    logits = model(source, target[:, :-1])
    loss = smoothed_loss(logits, target[:, 1:], smoothing)
    loss.backward()
    optimizer.step()
    return smoothed_loss(model(source, target[:, :-1]), target[:, 1:], smoothing).item()
