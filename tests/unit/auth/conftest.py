import boto3
import pytest

from chalicelib.core.settings import Settings
from tests.unit.auth.api import ORIGIN_SECRET, Api
from tests.unit.support import FakeClock, World


@pytest.fixture
def api(settings: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Api:
    created = boto3.client("secretsmanager").create_secret(Name="origin", SecretString=ORIGIN_SECRET)
    world = World(settings.model_copy(update={"origin_secret_id": created["ARN"]}), clock=clock)
    for module in ("auth.routes", "auth.guard", "billing.routes", "inference.predictions.routes"):
        monkeypatch.setattr(f"chalicelib.{module}.services", lambda: world)
    return Api(world)
