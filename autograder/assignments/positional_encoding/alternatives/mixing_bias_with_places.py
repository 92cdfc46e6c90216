"""Both maps have a bias, one of them zeros; the places carry the bias."""

exercise = "mixing"


def as_concatenation(linear):
    joint = nn.Linear(linear.in_features * 2, linear.out_features)
    joint.weight.data[:, : linear.in_features] = linear.weight.data
    joint.weight.data[:, linear.in_features :] = linear.weight.data
    joint.bias.data[:] = 0.0 if linear.bias is None else linear.bias.data
    return joint


def as_sum(joint):
    d = joint.in_features // 2
    to_x, to_p = nn.Linear(d, joint.out_features), nn.Linear(d, joint.out_features)
    to_x.load_state_dict({"weight": joint.weight[:, :d], "bias": torch.zeros(joint.out_features)})
    bias = torch.zeros(joint.out_features) if joint.bias is None else joint.bias
    to_p.load_state_dict({"weight": joint.weight[:, d:], "bias": bias})
    return [to_x, to_p]
