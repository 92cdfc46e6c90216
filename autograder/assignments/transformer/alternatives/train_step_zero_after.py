"""Gradients set to None after the step and before it, narrow for the shift."""

exercise = "train-step"


def train_step(model, optimizer, source, target, smoothing=0.1):
    given, wanted = target.narrow(1, 0, target.shape[1] - 1), target.narrow(1, 1, target.shape[1] - 1)
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = None
    loss = smoothed_loss(model(source, given), wanted, smoothing=smoothing)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return float(loss)
