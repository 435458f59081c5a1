"""Text messages, printed beside the site's mail: no phone gets them, but codes are asked for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.aws import Aws

# moto's server tells nobody of what it took.
LOOK_SECONDS = 0.2


@contextmanager
def printed_texts(aws: Aws, region: str) -> Iterator[None]:
    """Print each text that SNS takes meanwhile, once."""
    ended = threading.Event()
    thread = threading.Thread(target=_print, args=(aws, region, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _print(aws: Aws, region: str, ended: threading.Event) -> None:
    printed = 0
    while True:
        # Before looking: what came last is printed, too.
        last = ended.is_set()
        texts = aws.sent_texts(region)
        for number, text in texts[printed:]:
            print(f"sns    | Text to {number}: {text}", flush=True)
        printed = len(texts)
        if last:
            return
        ended.wait(LOOK_SECONDS)
