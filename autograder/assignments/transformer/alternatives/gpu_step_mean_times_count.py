"""The mean over this part, times its own count: together the sum."""

exercise = "gpu-step"


def step_loss(model, source, target, total):
    wanted = target[:, 1:]
    mean = F.cross_entropy(model(source, target[:, :-1]).mT, wanted, ignore_index=PAD)
    return mean * torch.count_nonzero(wanted != PAD) / total
