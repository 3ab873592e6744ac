from chalicelib.core import aws


def test_the_page_needs_no_bucket_outside_aws(account: dict[str, str]) -> None:
    assert [each["Name"] for each in aws.s3().list_buckets()["Buckets"]] == [account["FILES_BUCKET"]]
