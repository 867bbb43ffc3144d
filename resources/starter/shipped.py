"""Reads the starter back from its GGUF file, so that more can be trained on top of it."""

from __future__ import annotations

from pathlib import Path

import torch
from gguf import GGUFReader, quants
from tokenizers import Tokenizer

from resources.starter.export import SHARPNESS
from resources.starter.network import Network, Shape
from resources.starter.tokenizer import Vocabulary, tokenizer_of


def read_shipped(path: Path) -> tuple[Network, Tokenizer]:
    """Return the network as it was trained, rounded as it was shipped, and its tokenizer.

    Raises RuntimeError when the file has other tensors than the network.
    """
    reader = GGUFReader(path)
    weights = {
        tensor.name: torch.from_numpy(quants.dequantize(tensor.data, tensor.tensor_type).copy())
        for tensor in reader.tensors
    }
    # It learns at the sharpness that it was trained with.
    weights["output_norm.weight"] /= SHARPNESS
    network = Network(Shape())
    network.load_state_dict(weights)
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = reader.fields["tokenizer.ggml.merges"].contents()
    return network, tokenizer_of(Vocabulary(tuple(tokens), tuple(merges)))
