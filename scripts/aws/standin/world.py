"""The account that the stand-in plays: names, times, pages of lists, and its buckets in moto."""

import hashlib
import os
from datetime import datetime, timezone

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from .refusal import invalid

ACCOUNT = "123456789012"
REGION = os.environ.get("AWS_REGION", "us-east-1")


def now():
    """This moment, as the service writes times."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def arn(kind, name, account=ACCOUNT):
    return f"arn:aws:bedrock:{REGION}:{account}:{kind}/{name}"


def twelve(*parts):
    """The twelve letters that end an ARN."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def page(items, values, key):
    """A page of a list, and the token of the next one. `nextToken` is a place in the list."""
    size, start = values.get("maxResults", 100), 0
    if "nextToken" in values:
        place = values["nextToken"].removeprefix("from-")
        if not place.isdigit() or int(place) > len(items):
            raise invalid("The provided next token is invalid")
        start = int(place)
    reply = {key: items[start : start + size]}
    if start + size < len(items):
        reply["nextToken"] = f"from-{start + size}"
    return reply


def chosen(items, values, created, name, status, more=None):
    """Those that the filters of a list leave, newest first unless asked otherwise. All times have one form, so that
    their order is that of their texts."""

    def fits(item):
        wanted = [
            (values.get("nameContains", "") in item[name]),
            values.get("statusEquals", item[status]) == item[status],
            item[created] > values.get("creationTimeAfter", values.get("createdAfter", "")),
            item[created] < values.get("creationTimeBefore", values.get("createdBefore", "9")),
        ]
        return all(wanted) and (more is None or more(item))

    left = [item for item in items if fits(item)]
    return sorted(left, key=lambda item: item[created], reverse=values.get("sortOrder") != "Ascending")


class Buckets:
    """S3, as a job sees it. Without an endpoint for it, jobs read and write nothing."""

    def __init__(self, endpoint):
        options = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 2})
        self.client = endpoint and boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id="stand-in",
            aws_secret_access_key="stand-in",
            config=options,
        )

    def lines(self, uri):
        """How many lines the object has that a job is to read."""
        if not self.client:
            return 0
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            body = self.client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            why = f"Could not validate GetObject permissions to access Amazon S3 bucket: {bucket} at key {key}"
            raise invalid(why) from error
        return len(body.splitlines())

    def put(self, uri, text):
        if self.client:
            bucket, _, key = uri.removeprefix("s3://").partition("/")
            self.client.put_object(Bucket=bucket, Key=key, Body=text.encode())

    def check_writable(self, uri):
        """Writes the file by which the service tries whether it may write."""
        place = uri.rstrip("/") + "/.write_access_check_file.temp"
        try:
            self.put(place, "")
        except ClientError as error:
            bucket = uri.removeprefix("s3://").partition("/")[0]
            why = f"Could not validate PutObject permissions to access S3 bucket: {bucket}"
            raise invalid(why) from error
