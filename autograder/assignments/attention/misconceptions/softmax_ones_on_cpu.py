"""You sum with the help of a new tensor of ones, which is made on the CPU while x may live on a GPU. A tensor that you
make yourself needs the device (and the dtype) of the one it meets.
"""

exercise = "softmax"
must_fail = ["test_device"]
may_fail = []


def softmax(x, dim=-1):
    moved = x.transpose(dim, -1)
    weights = torch.exp(moved - moved.amax(dim=-1, keepdim=True))
    ones = torch.ones(moved.shape[-1], 1, dtype=x.dtype)
    return (weights / (weights @ ones)).transpose(dim, -1)
