"""You give the decoder the token that it has to say at the same place. Then it needs to copy only, and learns nothing:
give it target[:, :-1] and ask for target[:, 1:].
"""

exercise = "train-step"
must_fail = ["test_loss", "test_step", "test_fresh_gradients", "test_momentum", "test_shift", "test_overfit", "test_pads"]
may_fail = []


def train_step(model, optimizer, source, target, smoothing=0.1):
    optimizer.zero_grad()
    loss = smoothed_loss(model(source, target), target, smoothing)
    loss.backward()
    optimizer.step()
    return loss.item()
