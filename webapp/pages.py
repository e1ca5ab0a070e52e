"""The pages that a person opens."""

from flask import Blueprint, Response, current_app, render_template

pages = Blueprint("pages", __name__)


@pages.get("/")
def draw() -> str:
    """Show the drawing board."""
    return render_template("draw.html")


@pages.get("/favicon.ico")
def favicon() -> Response:
    """Give browsers the icon at the address where they look for one unasked."""
    return current_app.send_static_file("favicon.svg")
