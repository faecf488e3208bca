"""What the S3 server holds that the tests of this folder share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import boto3
from services import contents, photos, s3_environment

IMAGES = 500


class Store:
    """The S3 server, and a local copy of what its bucket `input` holds."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.endpoint = endpoint
        self.environment = {**os.environ, **s3_environment(endpoint)}
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106 - moto asks for one
            region_name="us-east-1",
        )
        photos(IMAGES, folder / "in")
        self.client.create_bucket(Bucket="input")
        for name, content in contents(folder / "in").items():
            self.client.put_object(Bucket="input", Key=name, Body=content)

    def objects(self, bucket: str) -> dict[str, bytes]:
        """Read all objects of a bucket."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return {
            entry["Key"]: self.client.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            for page in pages
            for entry in page.get("Contents", [])
        }

    def bucket(self, name: str) -> str:
        """Make a bucket."""
        self.client.create_bucket(Bucket=name)
        return name
