"""`make rotate-secret`: which tokens stay valid, and when FORCE=1 is needed."""

import pytest

from chalicelib.auth.normalization import Credentials
from chalicelib.auth.signing_keys import REFRESH_SECONDS
from chalicelib.auth.tokens import TokenInvalidError
from chalicelib.core import aws
from tests.unit.support import PASSWORD, RunCommand, World

FIRST = "the first secret of the stage, of 32 bytes or more"


@pytest.fixture
def deployed(world: World) -> World:
    """The world with its signing secret in Secrets Manager."""
    secret = aws.secretsmanager().create_secret(Name="signing", SecretString=FIRST)
    managed = world.settings.model_copy(update={"jwt_secret": None, "jwt_secret_id": secret["ARN"]})
    return World(managed, clock=world.clock)


def log_in(world: World) -> str:
    return world.accounts.log_in(Credentials(name="anna", password=PASSWORD)).access_token


def test_a_rotation_makes_a_new_secret_and_logs_nobody_out(deployed: World, run: RunCommand) -> None:
    deployed.register("anna")
    old = log_in(deployed)

    code, out, err = run("--stage", "dev", "rotate-secret", on=deployed)

    assert (code, err) == (0, "")
    first, second = out.splitlines()
    assert first.startswith("The stage dev signs with a new secret within five minutes. Tokens of the previous secret")
    assert first.endswith("Nobody is logged out.")
    assert second.startswith("Don't rotate again within 12 hours unless the secret leaked;")
    stored = aws.secretsmanager().get_secret_value(SecretId=str(deployed.settings.jwt_secret_id))["SecretString"]
    assert len(stored) == 64
    assert stored != FIRST
    assert stored not in out
    cold = World(deployed.settings, clock=deployed.clock)
    deployed.clock.advance(REFRESH_SECONDS)
    for process in (deployed, cold):
        assert process.accounts.identify(old)
    assert deployed.accounts.identify(log_in(cold))


def test_a_second_rotation_at_once_needs_force_and_ends_every_older_token(deployed: World, run: RunCommand) -> None:
    deployed.register("anna")
    old = log_in(deployed)
    run("--stage", "dev", "rotate-secret", on=deployed)

    code, out, err = run("--stage", "dev", "rotate-secret", on=deployed)
    assert (code, out) == (1, "")
    assert "less than 12 hours ago. Another rotation logs out everybody with an older token." in err
    assert "add FORCE=1" in err
    deployed.clock.advance(REFRESH_SECONDS)
    assert deployed.accounts.identify(old)

    code, out, _ = run("--stage", "dev", "rotate-secret", "--force", on=deployed)
    assert code == 0
    assert "Nobody" not in out
    deployed.clock.advance(REFRESH_SECONDS)
    with pytest.raises(TokenInvalidError):
        deployed.accounts.identify(old)


def test_the_local_stack_says_where_its_secret_is(run: RunCommand) -> None:
    sentence = "The local stack signs with the file signing-secret in its data folder, which isn't rotated.\n"

    assert run("rotate-secret") == (1, "", sentence)


def test_a_dry_run_says_whom_a_rotation_would_log_out_and_rotates_nothing(deployed: World, run: RunCommand) -> None:
    deployed.register("anna")
    token = log_in(deployed)

    before = run("--stage", "dev", "rotate-secret", "--dry-run", on=deployed)
    run("--stage", "dev", "rotate-secret", on=deployed)
    after = run("--stage", "dev", "rotate-secret", "--dry-run", on=deployed)

    assert before[:2] == (
        0, "The secret was never rotated. A rotation now would log nobody out. Nothing was changed.\n",
    )  # fmt: skip
    assert after[0] == 0
    assert "would log out everybody with an older token. Nothing was changed." in after[1]
    deployed.clock.advance(REFRESH_SECONDS)
    assert deployed.accounts.identify(token)
