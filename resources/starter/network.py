"""The network: a small llama, written so that its weights go into a GGUF file as they are."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the network."""

    vocabulary: int = 2048
    width: int = 192
    layers: int = 4
    heads: int = 6
    hidden: int = 512
    context: int = 2048
    rope_base: float = 10_000.0
    epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        """Width of one attention head."""
        return self.width // self.heads


class Block(nn.Module):
    """Attention and gated feed-forward, each behind a norm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width, hidden = shape.width, shape.hidden
        self.attn_norm = nn.RMSNorm(width, eps=shape.epsilon)
        self.attn_q = nn.Linear(width, width, bias=False)
        self.attn_k = nn.Linear(width, width, bias=False)
        self.attn_v = nn.Linear(width, width, bias=False)
        self.attn_output = nn.Linear(width, width, bias=False)
        self.ffn_norm = nn.RMSNorm(width, eps=shape.epsilon)
        self.ffn_gate = nn.Linear(width, hidden, bias=False)
        self.ffn_up = nn.Linear(width, hidden, bias=False)
        self.ffn_down = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Return `x` with what this layer adds to it."""
        batch, length, width = x.shape
        heads = (batch, length, self.shape.heads, self.shape.head_width)
        normed = self.attn_norm(x)
        q = rotate(self.attn_q(normed).view(heads).transpose(1, 2), cos, sin)
        k = rotate(self.attn_k(normed).view(heads).transpose(1, 2), cos, sin)
        v = self.attn_v(normed).view(heads).transpose(1, 2)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        mixed = self.attn_output(mixed.transpose(1, 2).reshape(batch, length, width))
        x = x + mixed
        normed = self.ffn_norm(x)
        return x + self.ffn_down(functional.silu(self.ffn_gate(normed)) * self.ffn_up(normed))


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn neighbouring pairs by their position: the order that llama.cpp expects of a llama."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Network(nn.Module):
    """Token ids to the hidden state of each position; the output layer is the embedding."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = nn.RMSNorm(shape.width, eps=shape.epsilon)
        pairs = torch.arange(0, shape.head_width, 2) / shape.head_width
        angles = torch.outer(torch.arange(shape.context), shape.rope_base**-pairs)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        self._initialise()

    def forward(self, ids: Tensor, dropout: float = 0.0) -> Tensor:
        """Return hidden states of shape (rows, length, width); `dropout` acts on the embedding."""
        length = ids.shape[1]
        x = functional.dropout(self.token_embd(ids), dropout, self.training)
        for block in self.blk:
            x = block(x, self.cos[:length], self.sin[:length])
        return self.output_norm(x)

    def loss(self, hidden: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
        """Return the weighted mean loss over the positions whose weight is not zero."""
        chosen = weights > 0
        logits = functional.linear(hidden[chosen], self.token_embd.weight)
        losses = functional.cross_entropy(logits, targets[chosen], reduction="none")
        return (losses * weights[chosen]).sum() / weights[chosen].sum()

    def _initialise(self) -> None:
        nn.init.normal_(self.token_embd.weight, std=0.02 * 2)
        for block in self.blk:
            for name, weight in block.named_parameters():
                if weight.ndim == 2:
                    down = name.startswith(("attn_output", "ffn_down"))
                    scale = (2 * self.shape.layers) ** -0.5 if down else 1.0
                    nn.init.normal_(weight, std=scale * weight.shape[1] ** -0.5 * 0.6)
