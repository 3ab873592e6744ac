"""The artefact bucket: its URLs and its configuration."""

import pytest

from deploy.account import find_aws
from deploy.commands import Target
from deploy.stack import PROJECT
from tests.unit.deploy.conftest import ACCOUNT, ScriptedAws

NEW_BUCKET = {
    "HeadBucket": "404",
    "GetBucketPolicy": "NoSuchBucketPolicy",
    "GetBucketTagging": "NoSuchTagSet",
    "GetBucketLifecycleConfiguration": "NoSuchLifecycleConfiguration",
}
"""AWS's answers about a bucket that does not exist yet."""
TAG = {"Key": "project", "Value": PROJECT}
OTHER_TAG = {"Key": "cost-centre", "Value": "7"}


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "eu-south-1", "ap-southeast-5"])
def test_cloudformation_gets_the_template_from_the_regions_own_host(aws: ScriptedAws, region: str) -> None:
    find_aws(region=region)

    url = Target("dev").artefacts.url("dev/templates/1a2b.json")

    bucket = f"liver-lifespan-artefacts-{ACCOUNT}-{region}"
    assert url == f"https://{bucket}.s3.{region}.amazonaws.com/dev/templates/1a2b.json"


def test_parts_of_interrupted_uploads_expire(aws: ScriptedAws) -> None:
    aws.answers |= NEW_BUCKET

    Target("dev").artefacts.ensure()

    (rule,) = aws.parameters("PutBucketLifecycleConfiguration")["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["AbortIncompleteMultipartUpload"]) == ("Enabled", {"DaysAfterInitiation": 1})
    assert "Expiration" not in rule


def test_lifecycle_rules_of_the_operator_stay(aws: ScriptedAws) -> None:
    aws.answers |= NEW_BUCKET | {"GetBucketLifecycleConfiguration": {"Rules": [{"Status": "Enabled"}]}}

    Target("dev").artefacts.ensure()

    assert "PutBucketLifecycleConfiguration" not in aws.operations()


@pytest.mark.parametrize(
    ("present", "put"),
    [
        ([], [TAG]),
        ([OTHER_TAG], [OTHER_TAG, TAG]),
        ([{"Key": "project", "Value": "of-old"}, OTHER_TAG], [OTHER_TAG, TAG]),
    ],
)
def test_the_bucket_is_tagged_as_the_stacks_are_and_keeps_the_operators_tags(
    aws: ScriptedAws, present: list[dict[str, str]], put: list[dict[str, str]]
) -> None:
    aws.answers |= NEW_BUCKET | ({"GetBucketTagging": {"TagSet": present}} if present else {})

    Target("dev").artefacts.ensure()

    assert aws.parameters("PutBucketTagging")["Tagging"] == {"TagSet": put}


def test_a_tagged_bucket_is_not_tagged_again(aws: ScriptedAws) -> None:
    aws.answers |= NEW_BUCKET | {"GetBucketTagging": {"TagSet": [OTHER_TAG, TAG]}}

    Target("dev").artefacts.ensure()

    assert "PutBucketTagging" not in aws.operations()
