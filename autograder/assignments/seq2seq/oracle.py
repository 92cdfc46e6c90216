"""What is right: the lesson's models over torch's own layers, sentence by sentence, so that no pad is ever met."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

PAD, BOS, EOS = 0, 1, 2


class Reader(nn.Module):
    """The encoder, which reads each sentence alone and without its pads."""

    def __init__(self, vocabulary_size: int, embedding_size: int, hidden_size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.gru = nn.GRU(embedding_size, hidden_size, batch_first=True, bidirectional=True)

    def forward(self, ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """States (B, T, 2h), 0 at pads, and last (B, 2h)."""
        h = self.gru.hidden_size
        states, last = torch.zeros(*ids.shape, 2 * h), torch.zeros(len(ids), 2 * h)
        for b, length in enumerate(lengths.tolist()):
            alone, _ = self.gru(self.embedding(ids[b : b + 1, :length]))  # (1, length, 2h)
            states[b, :length] = alone[0]
            last[b, :h], last[b, h:] = alone[0, -1, :h], alone[0, 0, h:]
        return states, last


class Writer(nn.Module):
    """One step of the plain decoder."""

    def __init__(self, vocabulary_size: int, embedding_size: int, state_size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.cell = nn.GRUCell(embedding_size, state_size)
        self.output = nn.Linear(state_size, vocabulary_size)

    def forward(self, tokens: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, V) and the new state (B, S)."""
        new = self.cell(self.embedding(tokens), state)
        return self.output(new), new


class Looker(nn.Module):
    """Additive attention, which leaves hidden places out instead of masking them."""

    def __init__(self, state_size: int, memory_size: int, attention_size: int) -> None:
        super().__init__()
        self.W = nn.Linear(state_size, attention_size, bias=False)
        self.U = nn.Linear(memory_size, attention_size, bias=False)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, state: Tensor, memory: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Context (B, M) and weights (B, T)."""
        contexts, rows = [], []
        for b in range(len(state)):
            seen = torch.arange(memory.shape[1]) if mask is None else mask[b].nonzero()[:, 0]
            places = memory[b, seen]  # (seen, M)
            scores = self.v(torch.tanh(self.W(state[b]) + self.U(places)))[:, 0]  # (seen,)
            weights = torch.softmax(scores, dim=0)
            contexts.append(weights @ places)
            rows.append(torch.zeros(memory.shape[1]).index_put((seen,), weights))
        return torch.stack(contexts), torch.stack(rows)


class LookingWriter(nn.Module):
    """One step of the attentive decoder."""

    def __init__(self, vocabulary_size: int, embedding_size: int, state_size: int, memory_size: int, size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.attention = Looker(state_size, memory_size, size)
        self.cell = nn.GRUCell(embedding_size + memory_size, state_size)
        self.output = nn.Linear(state_size + memory_size, vocabulary_size)

    def forward(
        self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (B, V), the new state (B, S) and weights (B, T)."""
        context, weights = self.attention(state, memory, mask)
        new = self.cell(torch.cat([self.embedding(tokens), context], dim=1), state)
        return self.output(torch.cat([new, context], dim=1)), new, weights


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """(B, T) long, filled up with PAD at the end."""
    width = max(len(row) for row in rows)
    return torch.tensor([[*row, *[PAD] * (width - len(row))] for row in rows])
