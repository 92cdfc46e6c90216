"""In your concatenation the second block is zeros, so that the places have no influence. linear(x + p) does to p what it
does to x: the second block is the same as the first.
"""

exercise = "mixing"
must_fail = ["test_concatenation", "test_concatenation_no_bias", "test_each_alone", "test_same_size"]
may_fail = []


def as_concatenation(linear):
    joint = nn.Linear(2 * linear.in_features, linear.out_features, bias=linear.bias is not None)
    with torch.no_grad():
        joint.weight.copy_(torch.cat([linear.weight, torch.zeros_like(linear.weight)], dim=1))
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
