"""The shipped model repository: each model names its file, and its card says where it is from."""

import hashlib
import re

import pytest

from infra.local.triton import models, stub_model
from infra.settings import ROOT

REPOSITORY = ROOT / "infra/triton/models"


@pytest.mark.parametrize("name", models(REPOSITORY))
def test_a_model_names_its_file(name: str) -> None:
    """Detections carry the hash of config.pbtxt: it must be the file's, and stand on the card with the licence."""
    config = (REPOSITORY / name / "config.pbtxt").read_text(encoding="utf-8")
    stated = re.search(r'key: "sha256" value \{ string_value: "([0-9a-f]{64})" \}', config)
    assert stated is not None
    assert hashlib.sha256((REPOSITORY / name / "1/model.onnx").read_bytes()).hexdigest() == stated[1]
    card = (REPOSITORY / name / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert stated[1] in card
    assert "Apache-2.0" in card
    assert f'name: "{name}"' in config


def test_the_repository_has_the_models_that_perception_asks_for() -> None:
    """The defaults of VIGIL_PERCEPTION_* are served."""
    assert models(REPOSITORY) == ["detector", "plate_detect", "plate_read"]


def test_a_stub_tells_its_model() -> None:
    """Healing one model must leave the stubs of the others alone."""
    assert stub_model(["/b/triton_python_backend_stub", "/models/plate_read/1/model.py", "region", "1"]) == "plate_read"
    assert stub_model(["triton"]) == ""
