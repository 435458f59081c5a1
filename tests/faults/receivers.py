"""Three kinds of receiver, each on a bad day: they fail, stall, throttle and cut at random."""

import json
import logging
import random
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import boto3
from moto.backends import get_backend

from notifications.tests.receiver import Handler, Receiver, running_receiver
from notifications.tests.smtp import Mailbox, mail_server
from tests.aws import ACCOUNT, running_aws

REGION = "eu-central-1"
KEYS = {
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}
# What comes of a message, and how often; else it is taken and answered.
TROUBLES = {
    "failed": 0.08,
    "busy": 0.04,
    "throttled": 0.02,
    "dropped": 0.03,
    # Taken, and nobody will ever know.
    "cut": 0.04,
    "stalled": 0.01,
}
FINE = "fine"
TAKEN = {FINE, "cut", "stalled"}
MAIL = {
    FINE: "250 ok",
    "failed": "451 try later",
    "busy": "452 too much",
    "throttled": "421 too fast",
    "dropped": "drop",
    "cut": "cut",
    "stalled": "stall",
}
STATUS = {FINE: 204, "failed": 500, "busy": 503, "throttled": 429}
THROTTLED = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>"
    b"<Message>Rate exceeded</Message></Error></ErrorResponse>"
)
HOP_BY_HOP = {"host", "content-length", "connection", "expect"}


class BadDay:
    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self.happened: dict[str, int] = dict.fromkeys([FINE, *TROUBLES], 0)
        self.is_over = False

    def next(self) -> str:
        with self._lock:
            what = FINE
            if not self.is_over:
                chances = [*TROUBLES.values(), 1 - sum(TROUBLES.values())]
                (what,) = self._chance.choices([*TROUBLES, FINE], chances)
            self.happened[what] += 1
        return what


@dataclass
class Receivers:
    box: Mailbox
    posts: Receiver
    topic: Receiver
    topic_arn: str
    moto: str
    # How long one that stalls says nothing.
    stall_seconds: float
    days: dict[str, BadDay]
    # By path: the ids under which posts came.
    posted: dict[str, list[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def variables(self) -> dict[str, str]:
        """What a site is told to send to these."""
        return KEYS | {
            "EMAIL_URL": self.box.url,
            "OUTGOING_HTTP": "1",
            "OUTGOING_PORTS": str(self.posts.port),
            "OUTGOING_NETWORKS": "127.0.0.0/8",
            "SNS_ENDPOINT_URL": self.topic.url("").rstrip("/"),
            "SNS_EVENTS_TOPIC": self.topic_arn,
        }

    @property
    def published(self) -> dict[str, list[str]]:
        """Return, by notification, the keys under which the topic was told of it."""
        topic = get_backend("sns")[ACCOUNT][REGION].topics[self.topic_arn]
        found: dict[str, list[str]] = {}
        for _id, text, *_rest in list(topic.sent_notifications):
            body = json.loads(json.loads(text)["default"])
            found.setdefault(body["data"]["notification"], []).append(body["id"])
        return found

    def count(self) -> int:
        """Return about how many have arrived: what the topic was told twice counts twice."""
        topic = get_backend("sns")[ACCOUNT][REGION].topics[self.topic_arn]
        return len(self.box.arrived) + len(self.posted) + len(topic.sent_notifications)

    def take_post(self, handler: Handler) -> None:
        what = self.days["webhook"].next()
        if what in TAKEN:
            with self.lock:
                id_ = handler.got.headers["webhook-id"]
                self.posted.setdefault(handler.got.path, []).append(id_)
        if what in STATUS:
            handler.answer(STATUS[what], Retry_After="1")
        elif what == "stalled":
            self.posts.over.wait(self.stall_seconds)
        handler.close_connection = True

    def take_publication(self, handler: Handler) -> None:
        what = self.days["topic"].next()
        status, body = self._forward(handler) if what in TAKEN else (500, b"")
        if what == "throttled":
            handler.answer(400, THROTTLED, Content_Type="text/xml")
        elif what in STATUS:
            handler.answer(status, body, Content_Type="text/xml")
        elif what == "stalled":
            self.topic.over.wait(self.stall_seconds)
        handler.close_connection = True

    def _forward(self, handler: Handler) -> tuple[int, bytes]:
        headers = {
            name: value for name, value in handler.got.headers.items() if name not in HOP_BY_HOP
        }
        request = urllib.request.Request(
            f"{self.moto}{handler.got.path}", data=handler.got.body, headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def answer_mail(self, to: str) -> str:
        return MAIL[self.days["email"].next()]


@contextmanager
def receivers_on_a_bad_day(*, stall_seconds: float) -> Iterator[Receivers]:
    # moto's server tells of every request.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    days = {name: BadDay(seed) for seed, name in enumerate(("email", "webhook", "topic"))}
    with ExitStack() as stack:
        box = stack.enter_context(mail_server())
        posts, topic = (stack.enter_context(running_receiver()) for _ in range(2))
        aws = stack.enter_context(running_aws())
        # moto's state is this process's: other tests have published as well.
        aws.forget()
        sns = boto3.client(
            "sns",
            region_name=REGION,
            endpoint_url=aws.url,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        arn = sns.create_topic(Name="events")["TopicArn"]
        sns.close()
        stack.callback(aws.forget)
        box.stall_seconds = stall_seconds
        all_ = Receivers(box, posts, topic, arn, aws.url, stall_seconds, days)
        box.answer = all_.answer_mail
        posts.behave(all_.take_post)
        topic.behave(all_.take_publication)
        yield all_
