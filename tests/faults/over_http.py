"""The same over HTTP: what a person is told, and that no answer is a plain 500."""

from ml.errors import ExplainedError
from tests.faults.stored import KEPT, QUESTIONS, Import, Stored, open_store
from tests.webapp.fakes import FakeReader
from tests.webapp.people import TOKEN, Person
from tests.webapp.store.made import make_drawing
from webapp import create_app


class RefusedError(ExplainedError):
    """An answer that is a problem in our words."""


class Asked(Stored):
    """A request of somebody who has the token."""

    names_path = False  # only the owner may know the server's folders
    questions = QUESTIONS[:1]  # a drawing counts without its features, which are made again

    def write(self, folder):
        config = {"READER": FakeReader(), "INSTANCE_DIR": folder / "instance", "TOKEN": TOKEN}
        app = create_app(config)
        try:
            answer = self.ask(Person(app, TOKEN), folder)
            if answer.status_code >= 400:
                assert answer.status_code in (503, 507), answer.get_data(as_text=True)
                assert answer.mimetype == "application/problem+json"
                raise RefusedError(answer.get_json()["detail"])
        finally:
            app.extensions["versions"].stop()
            app.extensions["keeping"].close()

    def ask(self, person, folder):
        raise NotImplementedError


class AskedDrawing(Asked):
    """POST /api/drawings."""

    name, words = "http-drawing", "`POST /api/drawings`"

    def ask(self, person, folder):
        return person.confirm(4)


class AskedImport(Asked):
    """POST /api/drawings/import, whose body goes through a temporary file."""

    name, words = "http-import", "`POST /api/drawings/import`"

    def prepare(self, folder):
        Import().prepare(folder)

    def ask(self, person, folder):
        return person.load((folder / "drawings.zip").read_bytes())


class AskedExport(Asked):
    """GET /api/drawings/export, which changes nothing but a temporary file."""

    name, words = "http-export", "`GET /api/drawings/export`"

    def write(self, folder):
        super().write(folder)
        with open_store(folder) as store:  # so that there is a new state
            store.put(store.machine_hand(), make_drawing(KEPT))

    def ask(self, person, folder):
        return person.ask("GET", "/api/drawings/export", buffered=True)


WRITES = (AskedDrawing, AskedImport, AskedExport)
