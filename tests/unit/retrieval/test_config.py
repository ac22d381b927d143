from __future__ import annotations

import dataclasses

import pytest

from retrieval.config import ChunkingConfig, IngestConfig, LoaderLimits, RetrievalConfig


@pytest.mark.parametrize("config", [ChunkingConfig(), IngestConfig(), LoaderLimits(), RetrievalConfig()])
def test_settings_are_values_that_nobody_changes(config: object) -> None:
    name = dataclasses.fields(config)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(config, name, 1)
    assert config == type(config)()


def test_a_chunk_with_its_overlap_fits_the_encoder() -> None:
    sizes = ChunkingConfig()
    assert sizes.target + sizes.overlap <= sizes.most < 512
