"""You make a tensor without saying where, and it lies on the CPU, while the losses lie on the GPU. Make it with
`device=target.device`, or compare with the number PAD itself.
"""

exercise = "gpu-step"
must_fail = [
    "test_value",
    "test_parts",
    "test_gradients",
    "test_half_precision",
    "test_stays_on_the_device",
    "test_never_waits",
    "test_launches",
]
may_fail = ["test_compiles"]


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="none")
    return (losses * wanted.ne(torch.full(wanted.shape, PAD))).sum() / total
