"""The bugs of the bank that sit around the looks: layers, norms, residuals, dropout, places, output and loss."""

from __future__ import annotations

from autograder.assignments.variants.bug import Bug

ELSEWHERE = (
    Bug(
        name="pads-are-counted",
        site="positions",
        right="(tokens != PAD).long()",
        wrong="torch.ones_like(tokens)",
        meaning="places are counted from the left end of the tensor, pads included",
        symptom="The first word of a text has another place in each row of a batch",
        explanation=(
            "Places are still counted with the pads: the same text has other places whenever a longer one "
            "stands beside it in the batch."
        ),
    ),
    Bug(
        name="norm-over-the-batch",
        site="normalise",
        right="x.mean(dim=-1, keepdim=True)",
        wrong="x.mean(dim=0, keepdim=True)",
        meaning="the norm's mean is taken over the batch",
        symptom="What is said of a text depends on the texts beside it",
        explanation=(
            "The norm still takes its mean over the batch: a text's numbers depend on its neighbours, and one"
            " text alone is centred to nothing."
        ),
    ),
    Bug(
        name="norm-over-the-words",
        site="normalise",
        right="x.mean(dim=-1, keepdim=True)",
        wrong="x.mean(dim=1, keepdim=True)",
        meaning="the norm's mean is taken over the words of the text",
        symptom="Words behind change what is said of a word, masks or no masks",
        explanation=(
            "The norm still takes its mean over the words of a text: later words leak into earlier ones, past"
            " every mask."
        ),
    ),
    Bug(
        name="one-layer-many-times",
        site="make_layers",
        right="[LayerWeights(self.d_model) for _ in range(count)]",
        wrong="[LayerWeights(self.d_model)] * count",
        meaning="all layers are the same object",
        symptom="A deeper model has no more parameters than one of a single layer",
        explanation=(
            "The list still holds one layer several times: `[layer] * n` repeats the object, so all layers "
            "share their weights."
        ),
    ),
    Bug(
        name="residual-of-the-normed",
        site="block",
        right="x = x + self.drop(self.look(layer, normed, mask))",
        wrong="x = normed + self.drop(self.look(layer, normed, mask))",
        meaning="the residual starts from the normalised input",
        symptom="A layer that finds nothing does not hand on what it was given",
        explanation=(
            "The residual still starts from the normalised input: the road straight through the layers is "
            "cut, and every layer throws the size of its input away."
        ),
    ),
    Bug(
        name="residual-missing",
        site="block",
        right="return x + self.drop(",
        wrong="return self.drop(",
        meaning="the second residual is missing",
        symptom="A layer whose feed-forward network says nothing says nothing at all",
        explanation=(
            "The second residual is still missing: what the feed-forward network does not repeat is lost, and"
            " gradients have to go through it."
        ),
    ),
    Bug(
        name="relu-at-the-end",
        site="feed",
        right="layer.second(layer.first(x).relu())",
        wrong="layer.second(layer.first(x)).relu()",
        meaning="ReLU comes after the second linear map",
        symptom="The feed-forward network can only add, never take away",
        explanation=(
            "ReLU still comes after the second linear map: two linear maps in a row are one, and no word's "
            "numbers can ever be lowered."
        ),
    ),
    Bug(
        name="dropout-never-off",
        site="drop",
        right="F.dropout(x, self.rate, training=self.training)",
        wrong="F.dropout(x, self.rate)",
        meaning="dropout stays on in evaluation",
        symptom="Asked twice after `eval()`, the model gives two answers",
        explanation=(
            "Dropout still stays on in evaluation: F.dropout drops unless it is told `training=False`; a "
            "module's `eval()` does not reach it."
        ),
    ),
    Bug(
        name="tie-cut",
        site="logits",
        right="self.words.weight.T",
        wrong="self.words.weight.detach().T",
        meaning="the tied weights get no gradient from the output",
        symptom="A word that is only ever predicted, and never read, is never learnt",
        explanation=(
            "The embedding is still detached where it makes the scores: the numbers are tied, and the "
            "gradients are not, so that half of what the table should learn is lost."
        ),
    ),
    Bug(
        name="target-not-shifted",
        site="loss",
        right="tokens[:, :-1], tokens[:, 1:]",
        wrong="tokens[:, :-1], tokens[:, :-1]",
        meaning="the target is the input itself, not the token after it",
        symptom="The loss falls to almost nothing, and what is written repeats its last word",
        explanation=(
            "The target is still the input itself: the model learns to say the word it has just read, which "
            "it does perfectly."
        ),
    ),
    Bug(
        name="loss-over-pads",
        site="loss",
        right=", ignore_index=PAD)",
        wrong=")",
        meaning="pads count in the loss",
        symptom="The loss of the same text changes with the pads in front of it",
        explanation=(
            "Pads still count in the loss: predicting a pad after a pad is easy, so the loss looks better the"
            " more pads there are, and gradients are spent on nothing."
        ),
    ),
)
