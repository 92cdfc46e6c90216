"""The bugs of the bank that sit where words look at each other: heads, masks and the look itself."""

from __future__ import annotations

from autograder.assignments.variants.bug import Bug

IN_LOOKS = (
    Bug(
        name="scale-missing",
        site="attention",
        right=" / math.sqrt(query.shape[-1])",
        wrong="",
        meaning="scores are not divided by √d",
        symptom="Looks get sharper and sharper the more features a head has",
        explanation=(
            "The scores are still not divided by √d: the more features a head has, the larger they are, until"
            " softmax picks one word and passes back hardly any gradient."
        ),
    ),
    Bug(
        name="scale-of-the-model",
        site="attention",
        right="math.sqrt(query.shape[-1])",
        wrong="math.sqrt(self.d_model)",
        meaning="scores are divided by the root of the model's size, not of the head's",
        symptom="Looks get flatter the more heads there are",
        explanation=(
            "The scores are still divided by the root of the whole model's size: a dot product in a head has "
            "d_head terms only, so all looks are flatter than they should be."
        ),
    ),
    Bug(
        name="softmax-over-queries",
        site="attention",
        right="softmax(dim=-1)",
        wrong="softmax(dim=-2)",
        meaning="softmax runs over the wrong dimension",
        symptom="What a word gets out of its looks is no average: the shares of a query do not sum to 1",
        explanation=(
            "Softmax still runs over the queries: each key's shares sum to 1, and a query gets a sum of "
            "values of any size, that later queries have a say in."
        ),
    ),
    Bug(
        name="mask-after-softmax",
        site="attention",
        right="scores.masked_fill(~mask, -1e9).softmax(dim=-1)",
        wrong="scores.softmax(dim=-1) * mask",
        meaning="the mask comes after softmax, and shares are not made to sum to 1 again",
        symptom="The early words of a text get less out of their looks than the late ones",
        explanation=(
            "The mask is still multiplied in after softmax: shares that went to hidden words are lost, so "
            "that a word's shares sum to less than 1, and hidden scores still have a say in how much is left."
        ),
    ),
    Bug(
        name="heads-cut-across-words",
        site="heads",
        right="view(B, T, self.num_heads, -1).transpose(1, 2)",
        wrong="view(B, self.num_heads, T, -1)",
        meaning="view where the dimensions have to be swapped, when the features are cut into heads",
        symptom="A head gets features of several words, and some words' features not at all",
        explanation=(
            "The features are still cut into heads by a view alone: the numbers stay in their order, and so a"
            " head gets pieces of several words. Cut first, (B, T, H, d_head), then swap."
        ),
    ),
    Bug(
        name="heads-merged-in-order",
        site="merge",
        right="x.transpose(1, 2).reshape(B, T, H * d_head)",
        wrong="x.reshape(B, T, H * d_head)",
        meaning="reshape where the dimensions have to be swapped, when the heads are put together",
        symptom="What the heads found comes out at other words than those that looked",
        explanation=(
            "The heads are still put together by a reshape alone: a word gets what one head found for several"
            " words. Swap (B, H, T, d_head) to (B, T, H, d_head) first."
        ),
    ),
    Bug(
        name="one-step-ahead",
        site="mask",
        right=".tril()",
        wrong=".tril(1)",
        meaning="each word may look one word ahead",
        symptom="A word has a say in what is predicted for its own place",
        explanation=(
            "The mask still lets each word look one word ahead, at the very word that it has to predict. In "
            "training that is copying; when it writes, there is nothing to copy."
        ),
    ),
    Bug(
        name="pads-hidden-as-queries",
        site="mask",
        right="[:, None, None, :]",
        wrong="[:, None, :, None]",
        meaning="the mask hides rows where it should hide columns",
        symptom="What is said of a text depends on what stands at its pads",
        explanation=(
            "The mask still hides the rows of pads, not their columns: pads look nowhere, which helps nobody,"
            " and every word goes on looking at the pads before it."
        ),
    ),
    Bug(
        name="keys-and-values-swapped",
        site="look",
        right="self.attention(query, key, value, mask)",
        wrong="self.attention(query, value, key, mask)",
        meaning="keys and values are swapped",
        symptom="Another matrix decides where a word looks, and another what it gets",
        explanation=(
            "Keys and values are still swapped: W_v decides where to look, and W_k what is handed out. It "
            "trains, since both are learnt; but weights of another model will not fit, and these fit no "
            "other."
        ),
    ),
    Bug(
        name="output-not-mixed",
        site="look",
        right="layer.W_o(self.merge(self.attention(query, key, value, mask)))",
        wrong="self.merge(self.attention(query, key, value, mask))",
        meaning="W_o is left out",
        symptom="Some weights of each layer never get a gradient",
        explanation=(
            "W_o is still left out: what the heads found lies side by side and is never mixed, and its "
            "weights are never trained."
        ),
    ),
)
