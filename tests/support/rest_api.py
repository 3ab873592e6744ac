"""Create the template's API by calls of API Gateway.

The emulator's CloudFormation would drop the preflight answers, binary media types and gateway errors of the API's
document.
"""

from typing import Any

Document = dict[str, Any]


def create_rest_api(apigateway: Any, template: Document, function_arn: str) -> str:
    """Create the API of a SAM ``template`` in front of ``function_arn`` and deploy its stage. Return the API's id."""
    properties = template["Resources"]["RestAPI"]["Properties"]
    document = properties["DefinitionBody"]
    api_id: str = apigateway.create_rest_api(
        name="from-the-template",
        binaryMediaTypes=document["x-amazon-apigateway-binary-media-types"],
        minimumCompressionSize=document["x-amazon-apigateway-minimum-compression-size"],
        endpointConfiguration={"types": [properties["EndpointConfiguration"]["Type"]]},
    )["id"]
    resources = {"/": apigateway.get_resources(restApiId=api_id)["items"][0]["id"]}
    for path, methods in document["paths"].items():
        resource_id = _resource(apigateway, api_id, path, resources)
        for method, operation in methods.items():
            _method(apigateway, api_id, resource_id, method.upper(), operation, function_arn)
    for kind, response in document["x-amazon-apigateway-gateway-responses"].items():
        apigateway.put_gateway_response(restApiId=api_id, responseType=kind, **response)
    apigateway.create_deployment(restApiId=api_id, stageName=properties["StageName"])
    return api_id


def _resource(apigateway: Any, api_id: str, path: str, known: dict[str, str]) -> str:
    if path not in known:
        parent, _, part = path.rpartition("/")
        parent_id = _resource(apigateway, api_id, parent or "/", known)
        resource = apigateway.create_resource(restApiId=api_id, parentId=parent_id, pathPart=part)
        known[path] = resource["id"]
    return known[path]


def _method(
    apigateway: Any, api_id: str, resource_id: str, method: str, operation: Document, function_arn: str
) -> None:
    target = {"restApiId": api_id, "resourceId": resource_id, "httpMethod": method}
    integration = operation["x-amazon-apigateway-integration"]
    apigateway.put_method(**target, authorizationType="NONE")
    if integration["type"] == "aws_proxy":
        region = function_arn.split(":")[3]
        uri = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function_arn}/invocations"
        apigateway.put_integration(**target, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        return
    apigateway.put_integration(**target, type="MOCK", requestTemplates=integration["requestTemplates"])
    for status, response in operation["responses"].items():
        allowed = {f"method.response.header.{name}": False for name in response.get("headers", {})}
        apigateway.put_method_response(**target, statusCode=status, responseParameters=allowed)
    for response in integration["responses"].values():
        apigateway.put_integration_response(
            **target, statusCode=response["statusCode"], responseParameters=response.get("responseParameters", {})
        )
