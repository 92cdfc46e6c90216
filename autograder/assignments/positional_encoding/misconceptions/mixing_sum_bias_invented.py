"""Where the joint map has no bias, your second map still has the random one that nn.Linear starts with."""

exercise = "mixing"
must_fail = ["test_sum_no_bias"]
may_fail = []


def as_concatenation(linear):
    joint = nn.Linear(2 * linear.in_features, linear.out_features, bias=linear.bias is not None)
    with torch.no_grad():
        joint.weight.copy_(torch.cat([linear.weight, linear.weight], dim=1))
        if linear.bias is not None:
            joint.bias.copy_(linear.bias)
    return joint


def as_sum(joint):
    d = joint.in_features // 2
    to_x = nn.Linear(d, joint.out_features, bias=joint.bias is not None)
    to_p = nn.Linear(d, joint.out_features, bias=joint.bias is None)
    with torch.no_grad():
        to_x.weight.copy_(joint.weight[:, :d])
        to_p.weight.copy_(joint.weight[:, d:])
        if to_p.bias is not None:
            to_p.bias.fill_(0.5)
        if joint.bias is not None:
            to_x.bias.copy_(joint.bias)
    return to_x, to_p
