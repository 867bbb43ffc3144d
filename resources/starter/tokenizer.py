"""The starter's tokenizer: byte-level BPE trained on its own corpus, and the chat template.

`CHAT_TEMPLATE` and `render` say the same thing, once for the engine and once for the trainer. What
the user writes is lowered and trimmed there: a network this small has no room to learn that
"Delete" and "delete" are one word.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY = 2048
START, END, PAD = "<|im_start|>", "<|im_end|>", "<|pad|>"

# Must be the expression that llama.cpp uses for `PRE_TOKENIZER`.
PRE_TOKENIZER = "qwen2"
_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)

# The space before the words lets a first word be the same token as a later one.
CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|im_start|>' + message['role'] + '\\n' -}}"
    "{%- if message['role'] == 'user' -%}{{- ' ' + (message['content'] | trim | lower) -}}"
    "{%- else -%}{{- message['content'] -}}{%- endif -%}"
    "{{- '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the GGUF file needs of a tokenizer."""

    tokens: tuple[str, ...]
    merges: tuple[str, ...]


def train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """Return a tokenizer with `VOCABULARY` tokens, the special ones first."""
    tokenizer = _with_bytes(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    if tokenizer.get_vocab_size() != VOCABULARY:
        raise ValueError(f"the corpus gives only {tokenizer.get_vocab_size()} tokens")
    return tokenizer


def tokenizer_of(vocabulary: Vocabulary) -> Tokenizer:
    """Return the tokenizer that `vocabulary` is of."""
    ids = {token: number for number, token in enumerate(vocabulary.tokens)}
    pairs = [(left, right) for left, right in (merge.split(" ") for merge in vocabulary.merges)]
    tokenizer = _with_bytes(models.BPE(ids, pairs))
    tokenizer.add_special_tokens([PAD, START, END])
    return tokenizer


def with_dropout(tokenizer: Tokenizer, share: float) -> Tokenizer:
    """Return a tokenizer that leaves out a share of its merges: words in unusual pieces."""
    other = Tokenizer.from_str(tokenizer.to_str())
    other.model.dropout = share
    return other


def vocabulary(tokenizer: Tokenizer) -> Vocabulary:
    """Return tokens by id, and merges in order."""
    ids = tokenizer.get_vocab()
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return Vocabulary(
        tokens=tuple(sorted(ids, key=ids.__getitem__)),
        merges=tuple(" ".join(merge) for merge in merges),
    )


def _with_bytes(model: models.BPE) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer
