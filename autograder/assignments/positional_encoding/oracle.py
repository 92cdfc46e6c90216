"""What is right: complex numbers in double precision, where the lesson writes pairs of sines and cosines.

A clock hand of speed ω at place t is the complex number exp(iωt); the fixed code, the shift by k places and the
rotary embedding are all products with such numbers.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def hands(places: Tensor, d: int) -> Tensor:
    """exp(i ω_j t) for each place t and each of the d/2 speeds ω_j = 10000^(-2j/d), (T, d/2) complex."""
    speeds = torch.logspace(0, -4 * (d - 2) / d, d // 2, dtype=torch.float64)
    angles = torch.outer(places.double(), speeds)
    return torch.polar(torch.ones_like(angles), angles)


def code(T: int, d: int, first: int = 0) -> Tensor:
    """The fixed code of the places first, first + 1, … (T, d) float32."""
    hand = hands(torch.arange(first, first + T), d)
    return torch.view_as_real(hand).flip(-1).flatten(1).float()  # the real part is the cosine, and comes second


def shift(k: int, d: int) -> Tensor:
    """The rotation that moves the fixed code on by k places, (d, d) float32."""
    hand = hands(torch.tensor([k]), d)[0]
    blocks = torch.zeros(d // 2, 2, d // 2, 2, dtype=torch.float64)
    for i, z in enumerate(hand):
        blocks[i, :, i] = torch.tensor([[z.real, z.imag], [-z.imag, z.real]])
    return blocks.reshape(d, d).float()


def rotary(x: Tensor, start: int = 0) -> Tensor:
    """Neighbouring pairs of x (..., T, d) turned, in x's dtype."""
    T, d = x.shape[-2:]
    pairs = torch.view_as_complex(x.double().reshape(*x.shape[:-1], d // 2, 2).contiguous())
    turned = pairs * hands(torch.arange(start, start + T), d)
    return torch.view_as_real(turned).flatten(-2).to(x.dtype)


def embedding(tokens: Tensor, positions: Tensor, ids: Tensor) -> Tensor:
    """Token rows times √d_model plus position rows, (B, T, d_model)."""
    places = torch.arange(ids.shape[1])
    return F.embedding(ids, tokens) * math.sqrt(tokens.shape[1]) + F.embedding(places, positions)
