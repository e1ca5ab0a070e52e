"""The pages that a person opens."""

from flask import Blueprint, Response, current_app, render_template

from ml.networks.card import by_size
from webapp.cards import describe_models
from webapp.glossary import FIRST, OTHERS, Linker

pages = Blueprint("pages", __name__)


@pages.get("/")
def draw() -> str:
    """Show the drawing board, with the models that can be picked; the default comes first."""
    return render_template("draw.html", models=describe_models(current_app.extensions["reader"]))


@pages.get("/models")
def models() -> str:
    """Show what each model is, how it was trained and its results; smallest first."""
    entries = describe_models(current_app.extensions["reader"])
    entries.sort(key=lambda entry: by_size(entry.card))
    return render_template("models.html", models=entries, link=Linker())


@pages.get("/glossary")
def glossary() -> str:
    """Explain the terms of the models page; the first five come first."""
    parts = [
        [(term, Linker(term.anchor)(term.text)) for term in terms] for terms in (FIRST, OTHERS)
    ]
    return render_template("glossary.html", first=parts[0], others=parts[1])


@pages.get("/favicon.ico")
def favicon() -> Response:
    """Serve the icon where browsers look for it by default."""
    return current_app.send_static_file("favicon.svg")
