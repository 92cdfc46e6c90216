"""The bank of bugs: what a line of the suspect may be turned into, and what is then to be seen.

A bug trains happily: nothing raises, nothing is NaN, the loss goes down. `symptom` is all that a student is told of it
in feedback, so it names what is seen and never the line.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """One bug.

    Attributes:
        name: how students name it.
        site: the method that it is planted in.
        right: what stands there without it (once in that method).
        wrong: what it turns that into.
        meaning: what the name means, for the list that students choose from.
        symptom: what is seen of it.
        explanation: what is wrong, and why it matters: said to a student who left it in.
    """

    name: str
    site: str
    right: str
    wrong: str
    meaning: str
    symptom: str
    explanation: str


BANK = (
    Bug(
        "scale-missing",
        "attention",
        " / math.sqrt(query.shape[-1])",
        "",
        "scores are not divided by √d",
        "Looks get sharper and sharper the more features a head has",
        "The scores are still not divided by √d: the more features a head has, the larger they are, until softmax picks one word and passes back hardly any gradient.",
    ),
    Bug(
        "scale-of-the-model",
        "attention",
        "math.sqrt(query.shape[-1])",
        "math.sqrt(self.d_model)",
        "scores are divided by the root of the model's size, not of the head's",
        "Looks get flatter the more heads there are",
        "The scores are still divided by the root of the whole model's size: a dot product in a head has d_head terms only, so all looks are flatter than they should be.",
    ),
    Bug(
        "softmax-over-queries",
        "attention",
        "softmax(dim=-1)",
        "softmax(dim=-2)",
        "softmax runs over the wrong dimension",
        "What a word gets out of its looks is no average: the shares of a query do not sum to 1",
        "Softmax still runs over the queries: each key's shares sum to 1, and a query gets a sum of values of any size, that later queries have a say in.",
    ),
    Bug(
        "mask-after-softmax",
        "attention",
        "scores.masked_fill(~mask, -1e9).softmax(dim=-1)",
        "scores.softmax(dim=-1) * mask",
        "the mask comes after softmax, and shares are not made to sum to 1 again",
        "The early words of a text get less out of their looks than the late ones",
        "The mask is still multiplied in after softmax: shares that went to hidden words are lost, so that a word's shares sum to less than 1, and hidden scores still have a say in how much is left.",
    ),
    Bug(
        "heads-cut-across-words",
        "heads",
        "view(B, T, self.num_heads, d_model // self.num_heads).transpose(1, 2)",
        "view(B, self.num_heads, T, d_model // self.num_heads)",
        "view where the dimensions have to be swapped, when the features are cut into heads",
        "A head gets features of several words, and some words' features not at all",
        "The features are still cut into heads by a view alone: the numbers stay in their order, and so a head gets pieces of several words. Cut first, (B, T, H, d_head), then swap.",
    ),
    Bug(
        "heads-merged-in-order",
        "merge",
        "x.transpose(1, 2).reshape(B, T, H * d_head)",
        "x.reshape(B, T, H * d_head)",
        "reshape where the dimensions have to be swapped, when the heads are put together",
        "What the heads found comes out at other words than those that looked",
        "The heads are still put together by a reshape alone: a word gets what one head found for several words. Swap (B, H, T, d_head) to (B, T, H, d_head) first.",
    ),
    Bug(
        "one-step-ahead",
        "mask",
        ".tril()",
        ".tril(1)",
        "each word may look one word ahead",
        "A word has a say in what is predicted for its own place",
        "The mask still lets each word look one word ahead, at the very word that it has to predict. In training that is copying; when it writes, there is nothing to copy.",
    ),
    Bug(
        "pads-hidden-as-queries",
        "mask",
        "[:, None, None, :]",
        "[:, None, :, None]",
        "the mask hides rows where it should hide columns",
        "What is said of a text depends on what stands at its pads",
        "The mask still hides the rows of pads, not their columns: pads look nowhere, which helps nobody, and every word goes on looking at the pads before it.",
    ),
    Bug(
        "pads-are-counted",
        "positions",
        "(tokens != PAD).long().cumsum(dim=1) - 1",
        "torch.arange(tokens.shape[1], device=tokens.device).expand(tokens.shape)",
        "places are counted from the left end of the tensor, pads included",
        "The first word of a text has another place in each row of a batch",
        "Places are still counted with the pads: the same text has other places whenever a longer one stands beside it in the batch.",
    ),
    Bug(
        "norm-over-the-batch",
        "normalise",
        "x.mean(dim=-1, keepdim=True)",
        "x.mean(dim=0, keepdim=True)",
        "the norm's mean is taken over the batch",
        "What is said of a text depends on the texts beside it",
        "The norm still takes its mean over the batch: a text's numbers depend on its neighbours, and one text alone is centred to nothing.",
    ),
    Bug(
        "norm-over-the-words",
        "normalise",
        "x.mean(dim=-1, keepdim=True)",
        "x.mean(dim=1, keepdim=True)",
        "the norm's mean is taken over the words of the text",
        "Words behind change what is said of a word, masks or no masks",
        "The norm still takes its mean over the words of a text: later words leak into earlier ones, past every mask.",
    ),
    Bug(
        "one-layer-many-times",
        "make_layers",
        "[Layer(self.d_model) for _ in range(count)]",
        "[Layer(self.d_model)] * count",
        "all layers are the same object",
        "A deeper model has no more parameters than one of a single layer",
        "The list still holds one layer several times: `[layer] * n` repeats the object, so all layers share their weights.",
    ),
    Bug(
        "residual-of-the-normed",
        "block",
        "x = x + self.drop(self.look(layer, normed, mask))",
        "x = normed + self.drop(self.look(layer, normed, mask))",
        "the residual starts from the normalised input",
        "A layer that finds nothing does not hand on what it was given",
        "The residual still starts from the normalised input: the road straight through the layers is cut, and every layer throws the size of its input away.",
    ),
    Bug(
        "residual-missing",
        "block",
        "return x + self.drop(",
        "return self.drop(",
        "the second residual is missing",
        "A layer whose feed-forward network says nothing says nothing at all",
        "The second residual is still missing: what the feed-forward network does not repeat is lost, and gradients have to go through it.",
    ),
    Bug(
        "keys-and-values-swapped",
        "look",
        "self.attention(query, key, value, mask)",
        "self.attention(query, value, key, mask)",
        "keys and values are swapped",
        "Another matrix decides where a word looks, and another what it gets",
        "Keys and values are still swapped: W_v decides where to look, and W_k what is handed out. It trains, since both are learnt; but weights of another model will not fit, and these fit no other.",
    ),
    Bug(
        "output-not-mixed",
        "look",
        "layer.W_o(self.merge(self.attention(query, key, value, mask)))",
        "self.merge(self.attention(query, key, value, mask))",
        "W_o is left out",
        "Some weights of each layer never get a gradient",
        "W_o is still left out: what the heads found lies side by side and is never mixed, and its weights are never trained.",
    ),
    Bug(
        "relu-at-the-end",
        "feed",
        "layer.second(layer.first(x).relu())",
        "layer.second(layer.first(x)).relu()",
        "ReLU comes after the second linear map",
        "The feed-forward network can only add, never take away",
        "ReLU still comes after the second linear map: two linear maps in a row are one, and no word's numbers can ever be lowered.",
    ),
    Bug(
        "dropout-never-off",
        "drop",
        "F.dropout(x, self.rate, training=self.training)",
        "F.dropout(x, self.rate)",
        "dropout stays on in evaluation",
        "Asked twice after `eval()`, the model gives two answers",
        "Dropout still stays on in evaluation: F.dropout drops unless it is told `training=False`; a module's `eval()` does not reach it.",
    ),
    Bug(
        "tie-cut",
        "logits",
        "self.words.weight.T",
        "self.words.weight.detach().T",
        "the tied weights get no gradient from the output",
        "A word that is only ever predicted, and never read, is never learnt",
        "The embedding is still detached where it makes the scores: the numbers are tied, and the gradients are not, so that half of what the table should learn is lost.",
    ),
    Bug(
        "target-not-shifted",
        "loss",
        "tokens[:, :-1], tokens[:, 1:]",
        "tokens[:, :-1], tokens[:, :-1]",
        "the target is the input itself, not the token after it",
        "The loss falls to almost nothing, and what is written repeats its last word",
        "The target is still the input itself: the model learns to say the word it has just read, which it does perfectly.",
    ),
    Bug(
        "loss-over-pads",
        "loss",
        ", ignore_index=PAD)",
        ")",
        "pads count in the loss",
        "The loss of the same text changes with the pads in front of it",
        "Pads still count in the loss: predicting a pad after a pad is easy, so the loss looks better the more pads there are, and gradients are spent on nothing.",
    ),
)
BY_NAME = {bug.name: bug for bug in BANK}
SIX = 6
