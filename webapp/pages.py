"""The pages that a person opens."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request

from ml.installation import list_training_installs
from ml.networks.card import by_size
from ml.segmentation.sheets import layout as sheet_layout
from ml.segmentation.sheets.layout import LAYOUTS
from webapp.cards import describe_models
from webapp.glossary import FIRST, OTHERS, Linker
from webapp.hands.token import find_page_token
from webapp.hands.whose import find_key
from webapp.security import shows_blobs
from webapp.store.drawings import LIMIT
from webapp.versions.shown import show_versions

pages = Blueprint("pages", __name__)

LETTER_REGIONS = ("-US", "-CA", "-MX", "-PH", "-CL", "-CO")  # elsewhere paper is A4


@pages.get("/")
def draw() -> Response:
    """Show the drawing board."""
    return keep_private(render_board(find_page_token()))


@pages.get("/photo")
@shows_blobs
def photo() -> Response:
    """Show a photo with what was read on it: the page's script takes the photo and asks."""
    return render_with_token("photo.html")


@pages.get("/drawings")
def drawings() -> Response:
    """Show what the hand has confirmed: the page's script asks for it."""
    cards = describe_models(current_app.extensions["reader"])
    models = [(entry.name, entry.card.title) for entry in cards]
    has_hand = find_key() is not None
    return render_with_token("drawings.html", has_hand=has_hand, limit=LIMIT, models=models)


@pages.get("/train")
def train() -> Response:
    """Show runs as they train, and start them: the page's script asks for everything."""
    return render_with_token("train.html", installs=list_training_installs())


@pages.get("/inside")
def inside() -> Response:
    """Show the way of a drawing through a network: the page's script asks for each picture."""
    models = describe_models(current_app.extensions["reader"])
    return render_with_token("inside.html", models=models, link=Linker())


@pages.get("/models")
def models() -> Response:
    """Show what each model is, how it was trained, its results and versions; smallest first."""
    reader, watcher = current_app.extensions["reader"], current_app.extensions["versions"]
    entries = describe_models(reader)
    entries.sort(key=lambda entry: by_size(entry.card))
    versions = {entry.name: show_versions(watcher, reader, entry.name) for entry in entries}
    return render_with_token(
        "models.html",
        models=entries,
        link=Linker(),
        versions=versions,
        has_versions=watcher.instance is not None,
    )


@pages.get("/glossary")
def glossary() -> str:
    """Explain the terms of the models page; the first five come first."""
    parts = [
        [(term, Linker(term.anchor)(term.text)) for term in terms] for terms in (FIRST, OTHERS)
    ]
    return render_template("glossary.html", first=parts[0], others=parts[1])


@pages.get("/api")
def api() -> str:
    """Show what programs can ask, with examples for the address at which this page was opened."""
    from webapp.openapi import shown  # most visits never need it

    return render_template(
        "api.html",
        nouns=shown.show_nouns(f"{find_own_address()}api"),
        schemas=shown.show_schemas(),
        common=shown.list_common(),
    )


@pages.get("/sheet")
def sheet() -> Response:
    """Show the sheet to print, on the paper that is asked for or usual where the browser is."""
    name = request.args.get("paper") or find_usual_paper()
    if name not in LAYOUTS:
        abort(404)
    page = render_template(
        "sheet.html", layout=LAYOUTS[name], papers=list(LAYOUTS), design=sheet_layout
    )
    response = make_response(page)
    response.vary.add("Accept-Language")
    return response


@pages.get("/favicon.ico")
def favicon() -> Response:
    """Serve the icon where browsers look for it by default."""
    return current_app.send_static_file("favicon.svg")


def find_own_address() -> str:
    """Return the address at which the board was opened; a Host that is none stands for here."""
    try:
        return request.url_root
    except ValueError:  # such as half an IPv6 address
        return "http://localhost/"


def find_usual_paper() -> str:
    """Return the paper that is usual where the browser's first language is spoken."""
    first = request.accept_languages.best or ""
    return "Letter" if first.upper().endswith(LETTER_REGIONS) else "A4"


def render_board(token: str | None, **values: Any) -> str:  # noqa: ANN401
    """Render the drawing board, with the models that can be picked; the default comes first."""
    models = describe_models(current_app.extensions["reader"])
    return render(token, "draw.html", models=models, **values)


def render_with_token(name: str, **values: Any) -> Response:  # noqa: ANN401
    """Render a page that carries the token where only somebody at this machine can open it."""
    return keep_private(render(find_page_token(), name, **values))


def render(token: str | None, name: str, **values: Any) -> str:  # noqa: ANN401
    """Render a page with what all of them say about drawings."""
    is_kept_here = find_page_token() is not None and current_app.config["DATABASE_URL"] is None
    return render_template(name, token=token, is_kept_here=is_kept_here, **values)


def keep_private(page: str) -> Response:
    """Return a page that nothing between it and its reader may keep, if it carries the token."""
    response = make_response(page)
    if find_page_token() is not None:
        response.headers["Cache-Control"] = "no-store"
    return response
