"""GET /api/recipes: the models that can be trained, and what can be chosen for each."""

from typing import Any

from flask import Blueprint

from ml.runs.choices import ABOUT, BOUNDS, CHOICES, OPTIMIZERS

recipes = Blueprint("recipes", __name__, url_prefix="/api/recipes")


@recipes.get("")
def list_recipes() -> dict[str, Any]:
    """List the recipes, the quickest first, with the bounds of each setting and what it does."""
    listed = [
        {
            "model": choice.model,
            "title": choice.title,
            "default": choice.to_dict(),
            "bounds": {name: list(bounds) for name, bounds in BOUNDS.items()},
            "optimizers": list(OPTIMIZERS),
            "about": ABOUT,
        }
        for choice in CHOICES.values()
    ]
    return {"recipes": listed}
