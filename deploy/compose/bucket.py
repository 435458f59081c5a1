"""Make the bucket that Terraform makes on AWS. Fails while S3 is not up: it is started again."""

import os

import boto3
from botocore.config import Config

BUCKET = os.environ["S3_BUCKET"]


def main() -> None:
    client = boto3.client(
        "s3",
        endpoint_url=os.environ["S3_ENDPOINT_URL"],
        region_name=os.environ["AWS_REGION"],
        config=Config(s3={"addressing_style": "path"}),
    )
    names = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    if BUCKET not in names:
        client.create_bucket(Bucket=BUCKET)
    print(f"The bucket {BUCKET} is there.")


if __name__ == "__main__":
    main()
