"""Make a drill's people in its own database and print them as JSON."""

import json
from dataclasses import asdict

# First: it sets Django up.
from tests.browser.backstage import make_person  # isort: split

from accounts.clients import NOBODY
from accounts.models import User
from accounts.tokens import make_token
from practice.drills.stack import People


def make_people() -> People:
    person = make_person(display_name="Rosa")
    friend = make_person(sign_in=False)
    user = User.objects.get(username=person["username"])
    _token, secret = make_token(user=user, name="drill", scope="write", days=7, client=NOBODY)
    return People(
        token=secret, session=person["session"], root=person["root"], friend=friend["email"]
    )


if __name__ == "__main__":
    print(json.dumps(asdict(make_people())))
