"""Put an environment's secrets into Secrets Manager, so that no file and no state has them.

    make aws-secrets ENV=dev EMAIL_URL='smtp+tls://user:password@host:587'
    .venv/bin/python infra/bin/fill_secrets.py dev --new-secret-key

What is there is kept. --new-secret-key makes a new SECRET_KEY and keeps the old one as a fallback:
nobody is signed out. Pods read secrets when they start: roll out afterwards.
"""

import argparse
import getpass
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import boto3

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from devops360.environment import vapid_key  # noqa: E402  (found by the line above)

MOST_FALLBACKS = 2


def read_current(client: Any, secret_id: str) -> dict[str, str]:
    """Return what the secret holds; nothing where it was never given a value."""
    try:
        text = client.get_secret_value(SecretId=secret_id)["SecretString"]
    except client.exceptions.ResourceNotFoundException:
        return {}
    content: dict[str, str] = json.loads(text)
    return content


def completed(current: dict[str, str], *, email_url: str, new_key: bool) -> dict[str, str]:
    """Return the secret with what was missing; with `new_key`, the old key becomes a fallback."""
    made = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "VAPID_PRIVATE_KEY": vapid_key(),
    } | current
    if email_url:
        made["EMAIL_URL"] = email_url
    if new_key and "SECRET_KEY" in current:
        older = [word for word in current.get("SECRET_KEY_FALLBACKS", "").split(",") if word]
        fallbacks = [current["SECRET_KEY"], *older][:MOST_FALLBACKS]
        made["SECRET_KEY_FALLBACKS"] = ",".join(fallbacks)
        made["SECRET_KEY"] = secrets.token_urlsafe(50)
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("environment")
    parser.add_argument("--new-secret-key", action="store_true")
    chosen = parser.parse_args()
    file = ROOT / f"var/infra/{chosen.environment}.outputs.json"
    if not file.exists():
        print(f"{file} is missing: make aws-up ENV={chosen.environment} writes it.")
        return 1
    outputs = {name: output["value"] for name, output in json.loads(file.read_text()).items()}
    client = boto3.client(
        "secretsmanager",
        region_name=outputs["region"],
        endpoint_url=os.environ.get("SECRETS_ENDPOINT_URL") or None,
    )
    secret_id = outputs["app_secret_arn"]
    current = read_current(client, secret_id)
    email_url = os.environ.get("EMAIL_URL", "")
    if not email_url and "EMAIL_URL" not in current:
        email_url = getpass.getpass("EMAIL_URL (smtp+tls://user:password@host:587): ")
    content = completed(current, email_url=email_url, new_key=chosen.new_secret_key)
    if content == current:
        print("The secret is whole already.")
        return 0
    client.put_secret_value(SecretId=secret_id, SecretString=json.dumps(content))
    print(f"Written: {', '.join(sorted(content))}. Pods read them when they start.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
