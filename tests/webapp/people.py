"""People who draw, confirm and look at what they confirmed, by way of the API."""

TOKEN = "the-token-of-the-tests"
ADDRESS = "/api/drawings"


def make_strokes(number=0):
    """A seven whose corner is elsewhere for each number: another drawing."""
    return [[[80, 70], [200 - number % 97, 70 + number // 97], [120, 220]]]


class Person:
    """A browser, or a program, with its cookies; with a token if it was given one."""

    def __init__(self, app, token=None):
        self.client = app.test_client()
        self.headers = {"X-Board-Token": token} if token else {}

    def ask(self, method, path, **options):
        headers = self.headers | options.pop("headers", {})
        return self.client.open(path, method=method, headers=headers, **options)

    def confirm(self, label, number=0, **body):
        """Confirm a drawing; return the answer."""
        body = {"strokes": make_strokes(number), "label": label} | body
        return self.ask("POST", ADDRESS, json=body)

    def keep(self, label, number=0, **body):
        """Confirm a drawing; return what the server says of it."""
        answer = self.confirm(label, number, **body)
        assert answer.status_code in (200, 201), answer.get_json()
        return answer.get_json()

    def read(self, number=0, **body):
        """Have a drawing read."""
        body = {"strokes": make_strokes(number)} | body
        answer = self.ask("POST", "/api/predict", json=body)
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    def list(self, **query):
        """Return a page of the drawings."""
        answer = self.ask("GET", ADDRESS, query_string=query)
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    def delete(self, id_):
        """Delete a drawing; return the status."""
        return self.ask("DELETE", f"{ADDRESS}/{id_}").status_code

    def download(self, **query):
        """Return all drawings as a ZIP."""
        answer = self.ask("GET", f"{ADDRESS}/export", query_string=query, buffered=True)
        assert answer.status_code == 200, answer.get_json()
        return answer.data

    def load(self, content, content_type="application/zip", **headers):
        """Send a ZIP; return the answer."""
        headers = {"X-Board": "1"} | headers
        path = f"{ADDRESS}/import"
        return self.ask("POST", path, data=content, content_type=content_type, headers=headers)


def assert_problem(answer, status, *words):
    """Check that an answer is a problem in our format that says these words."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == status
    assert "\n" not in problem["detail"]
    assert problem["detail"].endswith(".")
    for word in words:
        assert word in problem["detail"]
