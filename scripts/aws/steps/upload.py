"""A built directory on its way to S3."""

from .tools import BUCKET, bucket, expect, objects


def first(story):
    """upload: a data set in a new bucket"""
    client = bucket()
    client.create_bucket(Bucket=BUCKET)
    for path in story.path("OUT").rglob("*"):
        if path.is_file():
            client.upload_file(str(path), BUCKET, f"OUT/{path.relative_to(story.path('OUT'))}")
    expect("OUT/manifest.json" in objects("OUT/"), "the manifest is uploaded")
