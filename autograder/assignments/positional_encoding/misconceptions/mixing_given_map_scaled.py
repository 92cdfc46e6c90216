"""You write into the weights of the map that you are given, so that the caller's model is another one afterwards."""

exercise = "mixing"
must_fail = ["test_map_unchanged"]
may_fail = []


def as_concatenation(linear):
    joint = nn.Linear(2 * linear.in_features, linear.out_features, bias=linear.bias is not None)
    with torch.no_grad():
        linear.weight.mul_(2)
        joint.weight.copy_(torch.cat([linear.weight, linear.weight], dim=1) / 2)
        if linear.bias is not None:
            joint.bias.copy_(linear.bias)
    return joint


def as_sum(joint):
    d = joint.in_features // 2
    to_x = nn.Linear(d, joint.out_features, bias=joint.bias is not None)
    to_p = nn.Linear(d, joint.out_features, bias=False)
    with torch.no_grad():
        to_x.weight.copy_(joint.weight[:, :d])
        to_p.weight.copy_(joint.weight[:, d:])
        if joint.bias is not None:
            to_x.bias.copy_(joint.bias)
    return to_x, to_p
