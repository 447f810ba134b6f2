"""Recipes: the documents' facts, fields checked, each with its reason."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.errors import RecipeError
from handlens.recipes import LESSONS, PRESETS, Change, Recipe, known, recipe

FACTS: dict[str, dict[str, Any]] = {
    # The lab: SGD 0.1, batch 100, in file order, 60,000 images, 10 epochs, the test set each epoch.
    "lab": {
        "net": "tutorial",
        "widths": (16, 32),
        "kernel": 5,
        "data": "mnist",
        "train_on": "development",
        "limit": None,
        "watch": "test",
        "watch_first": None,
        "watch_every": None,
        "epochs": 10,
        "batch": 100,
        "order": "file",
        "shift": 0,
        "optimiser": "sgd",
        "lr": 0.1,
        "momentum": 0.0,
        "weight_decay": 0.0,
        "schedule": "constant",
        "label_smoothing": 0.0,
        "ema": None,
    },
    # The write-up: Adam 0.001, batch 50, torch's order from seed 1, one epoch, 2,000 test images each 50
    # steps, the first after the first update.
    "week5": {
        "widths": (16, 32),
        "kernel": 5,
        "train_on": "development",
        "watch": "test",
        "watch_first": 2000,
        "watch_every": 50,
        "watch_from": 1,
        "epochs": 1,
        "batch": 50,
        "order": "torch",
        "optimiser": "adam",
        "lr": 0.001,
        "betas": (0.9, 0.999),
        "weight_decay": 0.0,
        "schedule": "constant",
        "seed": 1,
    },
    # Ours: the same network, and the test set out of reach.
    "default": {"widths": (16, 32), "kernel": 5, "train_on": "train", "watch": "validation", "epochs": 3},
    "fast": {"net": "fast", "train_on": "train", "watch": "validation", "epochs": 1},
    "dash": {"net": "fast", "train_on": "train", "watch": "validation", "epochs": 1, "limit": 28_000},
    "sharp": {"net": "fast", "train_on": "train", "watch": "validation", "epochs": 3},
}


@pytest.mark.parametrize("name", FACTS)
def test_the_presets_are_what_the_documents_say(name: str) -> None:
    assert {field: getattr(recipe(name), field) for field in FACTS[name]} == FACTS[name]
    assert recipe(name).name == name


def test_only_the_tutorials_watch_the_test_set() -> None:
    watching = {name for name, preset in PRESETS.items() if preset.watch == "test"}
    assert watching == {name for name, preset in PRESETS.items() if preset.train_on == "development"}
    assert watching == {"lab", "week5"}


def test_every_field_has_its_reason() -> None:
    for name, field in (Recipe.model_fields | Change.model_fields).items():
        assert field.description, f"{name} doesn't say why"
        assert len(field.description) > 20
        assert field.description.endswith(".")


def test_any_field_can_be_replaced_and_the_preset_stays() -> None:
    before = PRESETS["lab"].model_dump()
    changed = recipe("lab", epochs=2, lr="0.05", widths=["8", 9])
    assert (changed.epochs, changed.lr, changed.widths, changed.batch) == (2, 0.05, (8, 9), 100)
    assert PRESETS["lab"].model_dump() == before
    assert recipe("lab").differences(changed) == {
        "epochs": (10, 2),
        "lr": (0.1, 0.05),
        "widths": ((16, 32), (8, 9)),
    }
    assert changed.differences(changed) == {}
    assert changed.but() == changed


def test_a_lesson_is_a_recipe_that_no_preset_hides() -> None:
    assert not LESSONS.keys() & PRESETS.keys()
    assert {name: recipe(name) for name in known()} == PRESETS | LESSONS
    assert all(lesson.name == name for name, lesson in LESSONS.items())
    assert recipe("overfitting", epochs=2).differences(LESSONS["overfitting"]) == {"epochs": (2, 100)}


@pytest.mark.parametrize("name", known())
def test_json_there_and_back(name: str) -> None:
    chosen = recipe(name, ema=0.99, threads=2, limit=None)
    assert Recipe.model_validate(json.loads(json.dumps(chosen.model_dump(mode="json")))) == chosen
    assert Recipe.model_validate_json(chosen.model_dump_json()) == chosen


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"epoch": 3}, "a recipe has no field 'epoch'; did you mean 'epochs'?"),
        ({"colour": "red"}, "a recipe has no field 'colour'$"),
        ({"epochs": 0}, r"recipe, epochs: .*greater than or equal to 1 \(got 0\)"),
        ({"epochs": 1.5}, "recipe, epochs: .*integer"),
        ({"epochs": "many"}, r"recipe, epochs: .*integer.* \(got 'many'\)"),
        ({"epochs": None}, "recipe, epochs"),
        ({"batch": -1}, r"recipe, batch: .* \(got -1\)"),
        ({"batch": 10**10}, "recipe, batch: .*less than or equal to 1000000000"),
        ({"lr": 0}, "recipe, lr: .*greater than 0"),
        ({"lr": float("nan")}, "recipe, lr: .*(finite|greater than 0)"),
        ({"lr": float("inf")}, "recipe, lr: .*(finite|less than)"),
        ({"momentum": 1}, "recipe, momentum: .*less than 1"),
        ({"label_smoothing": -0.1}, "recipe, label_smoothing"),
        ({"ema": 1.0}, "recipe, ema"),
        ({"warmup": 0}, "recipe, warmup"),
        ({"kernel": 4}, "^recipe: kernel must be odd, not 4$"),
        ({"kernel": 29}, "recipe, kernel"),
        ({"widths": (16,)}, "recipe, widths"),
        ({"widths": (16, 0)}, r"recipe, widths: .*greater than or equal to 1 \(got 0\)"),
        ({"optimiser": "lion"}, "recipe, optimiser: .*'sgd', 'adam' or 'adamw'"),
        ({"net": "resnet"}, "recipe, net: .*'tutorial'"),
        ({"train_on": "test"}, "recipe, train_on: .*'train' or 'development'"),
        ({"watch": "train"}, "recipe, watch: .*'validation' or 'test'"),
        ({"order": "random"}, "recipe, order"),
        ({"device": "gpu"}, "recipe, device: .*pattern"),
        ({"device": "cuda:x"}, "recipe, device"),
        ({"name": "a/b"}, "recipe, name"),
        ({"name": ""}, "recipe, name"),
        ({"data": ""}, "recipe, data"),
        ({"seed": -1}, "recipe, seed"),
        ({"seed": 2**63}, "recipe, seed"),
        ({"shift": 15}, "recipe, shift"),
        ({"threads": 0}, "recipe, threads"),
        ({"watch_from": -1}, "recipe, watch_from"),
        ({"blocks": 0}, r"recipe, blocks: .*greater than or equal to 1 \(got 0\)"),
        ({"blocks": 5}, "recipe, blocks"),
        ({"changes": [{"step": 3}]}, "recipe, changes: Field required"),
        ({"changes": [{"step": 3, "value": 0}]}, "recipe, changes: .*greater than 0"),
        ({"changes": [{"step": 3, "field": "seed", "value": 1}]}, "recipe, changes: .*'lr'"),
        (
            {"changes": [{"step": 3, "value": 1}, {"step": 2, "value": 1}]},
            r"^recipe: changes must be in the order of their steps, not \[3, 2\]$",
        ),
    ],
)
def test_a_wrong_value_is_named(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        recipe("default", **fields)
    with pytest.raises(RecipeError, match=message):
        recipe("lab").but(**fields)


def test_an_unknown_recipe_is_named_with_what_there_is() -> None:
    there = (
        "there are lab, week5, default, fast, dash, sharp, tutorial, tiny, micro, accurate, accurate-gpu, "
        "reader, rate-too-high, dead-relus, no-shuffling, overfitting, shuffled-labels, no-augmentation"
    )
    with pytest.raises(RecipeError, match=rf"no recipe 'weak5'; {there}; did you mean 'week5'\?"):
        recipe("weak5")
    with pytest.raises(RecipeError, match=rf"no recipe 'xyz'; {there}$"):
        recipe("xyz")
    with pytest.raises(RecipeError, match=r"did you mean 'overfitting'\?"):
        recipe("overfiting")


def test_changes_are_kept_in_json_and_by_name() -> None:
    changed = recipe("lab", changes=[{"step": 40, "value": 0.01}, {"step": 40, "value": 0.001}])
    assert changed.changes == (Change(step=40, value=0.01), Change(step=40, value=0.001))
    assert Recipe.model_validate_json(changed.model_dump_json()) == changed
    assert changed.but(epochs=1).changes == changed.changes


def test_a_recipe_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        recipe("lab").epochs = 3  # type: ignore[misc]


@given(
    field=st.sampled_from(list(Recipe.model_fields)),
    value=st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.lists(st.integers()),
)
def test_any_value_is_taken_whole_or_refused_by_name(field: str, value: Any) -> None:
    try:
        chosen = recipe("default", **{field: value})
    except RecipeError as error:
        message = str(error)
        if field not in message:
            pytest.fail(message)
    else:
        assert Recipe.model_validate_json(chosen.model_dump_json()) == chosen
