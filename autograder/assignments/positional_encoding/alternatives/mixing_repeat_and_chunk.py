"""repeat and chunk; new parameters in place of copying; half of the bias on either side."""

exercise = "mixing"


def as_concatenation(linear):
    d_out, d = linear.weight.shape
    joint = nn.Linear(2 * d, d_out, bias=linear.bias is not None)
    joint.weight = nn.Parameter(linear.weight.detach().repeat(1, 2))
    if linear.bias is not None:
        joint.bias = nn.Parameter(linear.bias.detach().clone())
    return joint


def as_sum(joint):
    halves = joint.weight.detach().chunk(2, dim=1)
    maps = []
    for half in halves:
        part = nn.Linear(half.shape[1], half.shape[0], bias=joint.bias is not None)
        part.weight = nn.Parameter(half.clone())
        if joint.bias is not None:
            part.bias = nn.Parameter(joint.bias.detach() / 2)
        maps.append(part)
    return tuple(maps)
