"""The artefact bucket: its URLs and its configuration."""

import pytest

from deploy.account import find_aws
from deploy.commands import Target
from tests.unit.deploy.conftest import ACCOUNT, ScriptedAws


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "eu-south-1", "ap-southeast-5"])
def test_cloudformation_gets_the_template_from_the_regions_own_host(aws: ScriptedAws, region: str) -> None:
    find_aws(region=region)

    url = Target("dev").artefacts.url("dev/templates/1a2b.json")

    bucket = f"liver-lifespan-artefacts-{ACCOUNT}-{region}"
    assert url == f"https://{bucket}.s3.{region}.amazonaws.com/dev/templates/1a2b.json"


def test_parts_of_interrupted_uploads_expire(aws: ScriptedAws) -> None:
    aws.answers |= {"HeadBucket": "404", "GetBucketPolicy": "NoSuchBucketPolicy"}
    aws.answers["GetBucketLifecycleConfiguration"] = "NoSuchLifecycleConfiguration"

    Target("dev").artefacts.ensure()

    (rule,) = aws.parameters("PutBucketLifecycleConfiguration")["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["AbortIncompleteMultipartUpload"]) == ("Enabled", {"DaysAfterInitiation": 1})
    assert "Expiration" not in rule


def test_lifecycle_rules_of_the_operator_stay(aws: ScriptedAws) -> None:
    aws.answers["GetBucketPolicy"] = "NoSuchBucketPolicy"
    aws.answers["GetBucketLifecycleConfiguration"] = {"Rules": [{"Status": "Enabled"}]}

    Target("dev").artefacts.ensure()

    assert "PutBucketLifecycleConfiguration" not in aws.operations()
