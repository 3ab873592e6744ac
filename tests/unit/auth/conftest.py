import boto3
import pytest

from chalicelib.auth.routes import routes as auth_routes
from chalicelib.billing.routes import routes as billing_routes
from chalicelib.core.settings import Settings
from chalicelib.inference.predictions.routes import routes as prediction_routes
from chalicelib.inference.storage.routes import routes as upload_routes
from tests.unit.auth.api import ORIGIN_SECRET, Api
from tests.unit.support import FakeClock, World


@pytest.fixture
def api(settings: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Api:
    secret = boto3.client("secretsmanager").create_secret(Name="origin", SecretString=ORIGIN_SECRET)
    world = World(settings.model_copy(update={"origin_secret_id": secret["ARN"]}), clock=clock)
    for endpoints in (auth_routes, billing_routes, upload_routes, prediction_routes):
        monkeypatch.setattr(endpoints, "_services", lambda: world)
    return Api(world)
