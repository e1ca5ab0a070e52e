"""The web app: HTTP in front of ml. A function creates it, so that tests create their own."""

from pathlib import Path
from typing import Any

from flask import Flask
from threadpoolctl import threadpool_limits
from werkzeug.middleware.proxy_fix import ProxyFix

from ml.files import INSTANCE_DIR
from ml.predict import WEIGHTS_DIR
from webapp.addresses import register_addresses
from webapp.api import register_api
from webapp.hands.faults import register_faults
from webapp.hands.keeping import Keeping
from webapp.hands.memories import Memories
from webapp.hands.token import register_token
from webapp.offline.routes import offline
from webapp.pages import pages
from webapp.problems import register_problems
from webapp.runs.starting import RUN, Trainer
from webapp.runs.watching import Watches
from webapp.security import register_security
from webapp.serving.limits import register_limits
from webapp.serving.request_log import RequestLog
from webapp.serving.turns import BatchBusy, PhotoBusy, Turns
from webapp.static_files import App
from webapp.versions.watcher import Watcher

ROOT = Path(__file__).resolve().parent.parent
DEFAULTS = {
    "WEIGHTS_DIR": WEIGHTS_DIR,
    "ENGINE": "onnx",  # or "torch": what runs the networks
    "READER": None,  # used instead of loading WEIGHTS_DIR
    "VERSIONS": True,  # serve the models' versions that the database says
    "INSTANCE_DIR": INSTANCE_DIR,  # of versions, runs and, unless in DATABASE_URL, drawings
    "DATA_DIR": None,  # where MNIST is or goes; None is MNIST_DIR, or the project's `data`
    "MNIST_URL": None,  # where its files are downloaded from; None is where torchvision does
    "TRAIN_COMMAND": RUN,  # what the flags of a training are given to
    "DATABASE_URL": None,  # postgresql://…
    "STORE_PATIENCE": 2.0,  # seconds that a request waits for another one who writes
    "TOKEN": None,  # for the machine's hand and all hands; a random one unless given
    "LISTENS_ON_LOOPBACK": False,  # nobody beyond this machine reaches the server
    "TEMPLATES_DIR": ROOT / "templates",
    "STATIC_DIR": ROOT / "static",
    "PREFIX": "",  # path under which a proxy passes requests whole: /board
    "BEHIND_PROXY": False,  # believe X-Forwarded-*
    "OWN_NAMES": (),  # hosts under which stored things are handed out, besides this machine's own
    "LIMITS": True,  # on how often others ask for photos, explanations and stored things
    "MAX_CONTENT_LENGTH": 1024 * 1024,  # bytes of a request's body
    "BATCH_SECONDS": 5.0,  # after which no further drawing of a list is read
    "MAX_ARCHIVE": 64 * 1024 * 1024,  # bytes of a ZIP of drawings
    "MIN_IMAGE_SIDE": 28,  # pixels
    "MAX_IMAGE_SIDE": 1024,
}


def create_app(config: dict[str, Any] | None = None) -> Flask:
    """Create the app; `config` overrides DEFAULTS.

    Raises ml.predict.WeightsError when no weights can be served.
    """
    settings = DEFAULTS | (config or {})
    app = App(
        __name__,
        template_folder=settings["TEMPLATES_DIR"],
        static_folder=settings["STATIC_DIR"],
        static_url_path="/static",
    )
    app.config.update(settings)
    app.json.sort_keys = False  # fields keep the order in which they are documented
    app.url_map.merge_slashes = False  # an address is found or not, never redirected
    # Several readings at once share the cores: each multiplies its matrices on one thread.
    threadpool_limits(1, user_api="blas")
    folder, engine = settings["WEIGHTS_DIR"], settings["ENGINE"]
    instance, patience = Path(settings["INSTANCE_DIR"]), settings["STORE_PATIENCE"]
    keeping = Keeping(instance, settings["DATABASE_URL"], patience)
    has_versions = settings["VERSIONS"] and settings["READER"] is None
    watcher = Watcher(Path(folder), instance if has_versions else None, keeping)
    reader = settings["READER"] or watcher.make_reader(engine)
    memories = Memories(keeping, reader)
    trainer = Trainer(instance, settings["TRAIN_COMMAND"])
    app.extensions |= {"trainer": trainer, "runs": Watches(trainer.runs_dir)}
    watcher.attach(reader, memories)
    app.extensions |= {"turns": Turns(), "photo_turns": Turns(busy=PhotoBusy)}
    app.extensions["batch_turns"] = Turns(patience=0, busy=BatchBusy)  # it has a reading's thread
    app.extensions |= {"reader": reader, "keeping": keeping, "memories": memories}
    app.extensions["versions"] = watcher
    app.before_request(watcher.watch)
    register_security(app)
    register_problems(app)
    register_faults(app)
    register_addresses(app)
    register_token(app)
    register_api(app)
    app.register_blueprint(pages)
    if settings["LIMITS"]:
        register_limits(app)
    app.register_blueprint(offline)
    if settings["BEHIND_PROXY"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1, x_host=1)
    app.wsgi_app = RequestLog(app.wsgi_app)
    return app
