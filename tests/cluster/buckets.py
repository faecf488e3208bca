"""Buckets on the S3 server, as tests fill and read them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from services import contents, photos, s3_environment, s3_server


class Store:
    """A client of the S3 server, and a folder for what is there on this machine too."""

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

    def objects(self, bucket: str) -> dict[str, bytes]:
        """Read all objects of a bucket."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return {
            entry["Key"]: self.client.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            for page in pages
            for entry in page.get("Contents", [])
        }

    def fill(self, images: int) -> None:
        """Write photos to the folder `in`, and to the bucket `input`."""
        photos(images, self.folder / "in")
        self.bucket("input")
        for name, content in contents(self.folder / "in").items():
            self.client.put_object(Bucket="input", Key=name, Body=content)

    def bucket(self, name: str) -> str:
        """Make a bucket."""
        self.client.create_bucket(Bucket=name)
        return name


@contextmanager
def s3_store(folder: Path) -> Iterator[Store]:
    """Start an S3 server that keeps its log in a folder."""
    with s3_server(folder / "log") as endpoint:
        yield Store(endpoint, folder)
