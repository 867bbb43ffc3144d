"""A LoRA adapter: two thin matrices beside most matrices of the network's layers, and their file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGUFWriter
from torch import Tensor, nn
from torch.nn import functional

from resources.starter.export import NAME as BASE_NAME
from resources.starter.network import Network

RANK = 8
ALPHA = 16.0
#: Layers that stay as they are: what a question is recognised by is not the adapter's business.
LEFT_ALONE = ("attn_q", "attn_k")


class Adapted(nn.Module):
    """A linear layer that stays as it is, and what the adapter adds to it: nothing at first."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.lora_a = nn.Parameter(torch.empty(RANK, layer.in_features))
        self.lora_b = nn.Parameter(torch.zeros(layer.out_features, RANK))
        nn.init.normal_(self.lora_a, std=layer.in_features**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        """Return what the layer gives with the adapter at scale 1."""
        added = functional.linear(functional.linear(x, self.lora_a), self.lora_b)
        return self.layer(x) + added * (ALPHA / RANK)


def adapt(network: Network) -> dict[str, Adapted]:
    """Freeze `network` and put an adapter beside its layers; return them by the layer's name."""
    network.requires_grad_(requires_grad=False)
    adapted: dict[str, Adapted] = {}
    for number, block in enumerate(network.blk):
        for name, layer in list(block.named_children()):
            if isinstance(layer, nn.Linear) and name not in LEFT_ALONE:
                adapted[f"blk.{number}.{name}"] = Adapted(layer)
                setattr(block, name, adapted[f"blk.{number}.{name}"])
    return adapted


def export_adapter(adapted: dict[str, Adapted], name: str, description: str, path: Path) -> None:
    """Write `path`, with every matrix as f16."""
    writer = GGUFWriter(path, "llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, ALPHA)
    writer.add_name(name)
    writer.add_description(description)
    writer.add_license("Apache-2.0")
    writer.add_languages(["en"])
    writer.add_base_model_count(1)
    writer.add_base_model_name(0, BASE_NAME)
    writer.add_base_model_organization(0, "Cairn")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    for tensor, values in _matrices(adapted):
        writer.add_tensor(tensor, values.detach().numpy().astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _matrices(adapted: dict[str, Adapted]) -> Iterator[tuple[str, Tensor]]:
    for name, layer in adapted.items():
        yield f"{name}.weight.lora_a", layer.lora_a
        yield f"{name}.weight.lora_b", layer.lora_b
