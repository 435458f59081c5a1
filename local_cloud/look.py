"""`python -m local_cloud.look`: what is in the local cloud, as AWS's interfaces tell it."""

import json
import sys

from local_cloud.resources import BUCKET, client
from local_cloud.services import ADDRESSES

MOST = 20


def main() -> int:
    if not ADDRESSES.exists():
        print("It is not running. Start it with: make aws-local")
        return 1
    addresses = json.loads(ADDRESSES.read_text())
    s3 = client("s3", addresses["s3"])
    answer = s3.list_objects_v2(Bucket=BUCKET, MaxKeys=MOST)
    print(f"s3://{BUCKET}")
    for item in answer.get("Contents", []):
        print(f"  {item['Size']:>12,}  {item['Key']}")
    if answer["IsTruncated"]:
        print("  ... and more")
    print("SNS topics")
    for topic in client("sns", addresses["aws"]).list_topics()["Topics"]:
        print(f"  {topic['TopicArn']}")
    print("Secrets")
    for secret in client("secretsmanager", addresses["aws"]).list_secrets()["SecretList"]:
        print(f"  {secret['Name']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
