"""You print. torch.compile cannot put that into its graph; and printing a value would wait for the GPU."""

exercise = "gpu-step"
must_fail = ["test_compiles"]
may_fail = []


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="none")
    print("a part of", len(source), "texts")
    return losses.sum() / total
