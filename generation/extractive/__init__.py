"""Answers without a model: the passages themselves, cut to what the question asks, and cited."""

from generation.extractive.provider import ExtractiveProvider

__all__ = ["ExtractiveProvider"]
