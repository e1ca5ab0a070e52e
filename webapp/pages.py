"""The pages that a person opens."""

from flask import Blueprint, Response, current_app, render_template

from webapp.glossary import Linker
from webapp.model_cards import describe_models
from webapp.terms import TERMS

pages = Blueprint("pages", __name__)


@pages.get("/")
def draw() -> str:
    """Show the drawing board, with the models that can be picked; the default comes first."""
    return render_template("draw.html", models=describe_models(current_app.extensions["reader"]))


@pages.get("/models")
def models() -> str:
    """Show what each model is, how it was trained and what it reached; smallest first."""
    entries = describe_models(current_app.extensions["reader"])
    entries.sort(key=lambda entry: entry.card.get("parameters") or float("inf"))
    return render_template("models.html", models=entries)


@pages.get("/glossary")
def glossary() -> str:
    """Explain the words that the models' page uses."""
    terms = [(term, Linker(term.anchor)(term.text)) for term in TERMS]
    return render_template("glossary.html", terms=terms)


@pages.get("/favicon.ico")
def favicon() -> Response:
    """Give browsers the icon at the address where they look for one unasked."""
    return current_app.send_static_file("favicon.svg")
