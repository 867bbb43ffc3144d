"""Writes the network and its tokenizer into one GGUF file."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter, quants

from resources.starter.network import Network
from resources.starter.tokenizer import CHAT_TEMPLATE, END, PAD, PRE_TOKENIZER, START, Vocabulary

NAME = "Cairn Starter"

#: The logits are multiplied by this, through the last norm. Which answer is the likeliest stays the
#: same; but a recited answer gains nothing from surprise, and with the application's usual
#: temperature of 0.7 the second likeliest would be told too often.
SHARPNESS = 3.0


def export(network: Network, vocabulary: Vocabulary, path: Path) -> None:
    """Write `path`, with matrices as q8_0 and vectors as f32."""
    shape = network.shape
    writer = GGUFWriter(path, "llama")
    writer.add_name(NAME)
    writer.add_description("Knows only the application Cairn")
    writer.add_license("Apache-2.0")
    writer.add_languages(["en"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_vocab_size(shape.vocabulary)
    _add_tokenizer(writer, vocabulary)
    for name, weight in network.state_dict().items():
        values = weight.detach().to(torch.float32).numpy()
        if name == "output_norm.weight":
            values = values * np.float32(SHARPNESS)
        if values.ndim == 2:
            packed = quants.quantize(values, GGMLQuantizationType.Q8_0)
            writer.add_tensor(name, packed, raw_dtype=GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokenizer(writer: GGUFWriter, vocabulary: Vocabulary) -> None:
    special = {START, END, PAD}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(PRE_TOKENIZER)
    writer.add_token_list(list(vocabulary.tokens))
    writer.add_token_types(
        [
            gguf.TokenType.CONTROL if token in special else gguf.TokenType.NORMAL
            for token in vocabulary.tokens
        ]
    )
    writer.add_token_merges(list(vocabulary.merges))
    writer.add_bos_token_id(vocabulary.tokens.index(START))
    writer.add_eos_token_id(vocabulary.tokens.index(END))
    writer.add_pad_token_id(vocabulary.tokens.index(PAD))
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
