"""Works on a copy that is written over, with the dimension moved to the front and back."""

exercise = "softmax"


def softmax(x, dim=-1):
    moved = x.movedim(dim, 0).clone()
    moved -= moved.max(0).values
    moved = moved.exp()
    return (moved / moved.sum(0)).movedim(0, dim)
