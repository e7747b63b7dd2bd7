"""One text through a BERT model, in as few operations as that takes.

A question is short, and somebody waits for it: the libraries' own way, made for batches and for any
model, spends as long on masks and on calls of modules as on arithmetic. The model is that of Devlin
et al. (2019) with the weights of transformers' ``BertModel``; a text's vector is the mean of its
tokens'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer
from torch.nn.functional import gelu, linear, scaled_dot_product_attention
from transformers.models.bert.modeling_bert import BertLayer, BertModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentence_transformers import SentenceTransformer
    from torch import Tensor


def reader_of(model: SentenceTransformer) -> Callable[[str], Tensor] | None:
    """Return what reads one text as ``model`` does, or None of a model that is no BERT.

    What it returns has shape (dimension,), and any length. Models differ in more than is looked at
    here: the caller has to compare the vectors with the model's own.
    """
    bert = next((part for part in model.modules() if isinstance(part, BertModel)), None)
    tokenizer = _tokenizer_of(model)
    if bert is None or tokenizer is None:
        return None
    parts, norm = bert.embeddings, bert.embeddings.LayerNorm
    with torch.inference_mode():
        places = parts.position_embeddings.weight + parts.token_type_embeddings.weight[0]
        layers = [_layer(layer) for layer in bert.encoder.layer if isinstance(layer, BertLayer)]

    def read(text: str) -> Tensor:
        numbers = tokenizer.encode(text).ids
        with torch.inference_mode():
            states = parts.word_embeddings.weight[numbers]
            states = norm(states + places[: len(numbers)])
            for layer in layers:
                states = layer(states)
            return states.mean(dim=0)

    return read


def _tokenizer_of(model: SentenceTransformer) -> Tokenizer | None:
    """Return a tokenizer that nobody else sets, so that threads can share it."""
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if not isinstance(backend, Tokenizer) or model.max_seq_length is None:
        return None
    tokenizer = Tokenizer.from_str(backend.to_str())
    tokenizer.enable_truncation(
        model.max_seq_length, direction=getattr(model.tokenizer, "truncation_side", "right")
    )
    tokenizer.no_padding()
    return tokenizer


def _layer(layer: BertLayer) -> Callable[[Tensor], Tensor]:
    """Return what takes the states of a text's tokens, shape (tokens, width), to the next ones."""
    attention, attended = layer.attention.self, layer.attention.output
    wider, narrower = layer.intermediate.dense, layer.output
    heads = attention.num_attention_heads
    three = (attention.query, attention.key, attention.value)
    weight = torch.cat([part.weight for part in three])
    bias = torch.cat([part.bias for part in three])

    def run(states: Tensor) -> Tensor:
        parted = linear(states, weight, bias).view(1, len(states), 3, heads, -1)
        query, key, value = parted.permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(query, key, value).transpose(1, 2).reshape_as(states)
        states = attended.LayerNorm(states + attended.dense(seen))
        after: Tensor = narrower.LayerNorm(states + narrower.dense(gelu(wider(states))))
        return after

    return run
