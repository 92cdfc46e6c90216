"""You read the value and make a new tensor of it: it lies on the CPU, and its gradient is gone."""

exercise = "gpu-step"
must_fail = ["test_gradients", "test_stays_on_the_device", "test_never_waits"]
may_fail = ["test_compiles"]


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="none")
    return torch.tensor((losses.sum() / total).item())
