"""Your shift goes the wrong way: the model is given the later tokens and asked for the earlier ones. Give target[:,
:-1], ask for target[:, 1:].
"""

exercise = "train-step"
must_fail = ["test_loss", "test_step", "test_fresh_gradients", "test_momentum", "test_shift", "test_overfit"]
may_fail = ["test_pads"]


def train_step(model, optimizer, source, target, smoothing=0.1):
    optimizer.zero_grad()
    logits = model(source, target[:, 1:])
    loss = smoothed_loss(logits, target[:, :-1], smoothing)
    loss.backward()
    optimizer.step()
    return loss.item()
