"""Weights that the tutorials' scripts saved."""

from pathlib import Path

import numpy as np
import pytest
import torch
from literal import Lab, Week5, accuracy

from handlens.data import Sets
from handlens.engine import import_weights
from handlens.errors import GraphError


@pytest.mark.parametrize("model", [Lab(), Week5(), Lab(4, 7)], ids=["lab", "week5", "narrow"])
def test_they_become_a_recording_that_answers_alike(
    model: torch.nn.Module, mnist: Sets, tmp_path: Path
) -> None:
    torch.save(model.state_dict(), tmp_path / "cnn.pt")
    run = import_weights(tmp_path / "cnn.pt", tmp_path / "run")
    images, _ = run.digits("test", np.arange(20))
    given = model(torch.from_numpy(images))
    logits = given[0] if isinstance(given, tuple) else given
    np.testing.assert_allclose(run.net()(images), logits.detach(), atol=1e-5)
    assert (run.status, run.steps) == ("finished", (0,))
    if isinstance(model, Lab):
        assert run.accuracy == pytest.approx(accuracy(model, mnist.test), abs=1e-4)


def test_what_holds_no_such_weights_is_refused(tmp_path: Path) -> None:
    path, out = tmp_path / "cnn.pt", tmp_path / "run"
    with pytest.raises(GraphError, match=r"cnn.pt: no such file"):
        import_weights(path, out)
    torch.save(Lab(), path)
    with pytest.raises(GraphError, match=r"save model.state_dict\(\) instead of the model"):
        import_weights(path, out)
    path.write_bytes(b"no file of torch's")
    with pytest.raises(GraphError, match="holds no plain weights"):
        import_weights(path, out)
    for content in ([1, 2], {1: torch.zeros(2)}, {"weight": 1}):
        torch.save(content, path)
        with pytest.raises(GraphError, match="holds no state dict"):
            import_weights(path, out)
    torch.save(torch.nn.Linear(3, 3).state_dict(), path)
    with pytest.raises(GraphError, match=r"holds weight, bias; expected weight and bias of cnn1, cnn2"):
        import_weights(path, out)
    torch.save({**Lab().state_dict(), "fc1.weight": torch.zeros(10, 3)}, path)
    with pytest.raises(GraphError, match=r"tensor 'logits.weight' is float32 \(10, 3\), expected float32"):
        import_weights(path, out)
    assert not out.exists()
