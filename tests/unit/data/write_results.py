"""Write `results_063d9b7.json.gz`: what commit 063d9b7 stores and answers of one file's results with every model.

It runs in that commit, so it imports only what both commits have. To write the file again, in the repository's root:

    git worktree add --detach build/release 063d9b7
    cp tests/unit/data/write_results.py build/release
    cd build/release && ../../.venv/bin/python write_results.py ../../tests/unit/data/results_063d9b7.json.gz
"""

import csv
import gzip
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-central-1"}

from moto import mock_aws

from chalicelib.core import aws
from chalicelib.core.settings import Settings
from local.provision import Provisioner, read_template
from tests.unit.core.api import Api, register, served
from tests.unit.support import SAMPLES, SECRETS

IDS = [
    "", "1", "-5", "+5", "-1.5e3", "=1+1", "'=1+1", "''=1", "'", "''", "'s-Hertogenbosch", "@x", "\t5", "+cmd",
    "a,b", 'a "b"', "a;b", "a\nb", "a\r\nb", "\n", "＝1+1", "\u200b=1", " =1", "Иванова", "５", "−5", "\U0001f642",
    "NA", "null", "nan", "1e5", "x=1", "\u2028", "%s", "{0}", "\\N", "#",
]  # fmt: skip
"""IDs that a CSV, a spreadsheet or a program could change."""


def patients() -> bytes:
    """Return patients of the study with and without gaps, under these IDs, with values out of range and bad rows."""
    header, *rows = csv.reader(io.StringIO((SAMPLES / "pbc-418.csv").read_text("utf-8")))
    chosen = [*rows[:25], *rows[300:330], *rows[-25:]]
    for number, row in enumerate(chosen):
        row[0] = IDS[number % len(IDS)]
    bilirubin, age = header.index("Bilirubin"), header.index("Age")
    chosen[3][bilirubin], chosen[7][age], chosen[8][age], chosen[-1][bilirubin] = "much", "", "999999", "-"
    chosen[12][bilirubin], chosen[13][bilirubin] = "=1", "45"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *chosen])
    return text.getvalue().encode()


def recorded(api: Api, model: str) -> dict[str, Any]:
    """Predict the patients, and return the answers, the prediction's item and its files."""
    path = f"/api/predict/{model}?on_error=skip"
    prediction_id = api.ask("POST", path, patients(), Content_Type="text/csv")["prediction_id"]
    api.services.worker.run(prediction_id)
    base = f"/api/predict/{prediction_id}"
    bucket, table = api.services.settings.files_bucket, api.services.settings.predictions_table
    listed = aws.s3().list_objects_v2(Bucket=bucket, Prefix="results/")["Contents"]
    keys = [entry["Key"] for entry in listed if prediction_id in entry["Key"]]
    return {
        "rows": api.ask("GET", f"{base}/rows")["rows"],
        "cohort": api.ask("GET", f"{base}/cohort"),
        "summary": api.ask("GET", base)["summary"],
        "item": aws.dynamodb().get_item(TableName=table, Key={"prediction_id": {"S": prediction_id}})["Item"],
        "files": {key: aws.s3().get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys},
    }


def main(target: Path) -> None:
    """Write everything into ``target``."""
    with mock_aws(config={"core": {"mock_credentials": False}}):
        names = Provisioner(Session(), read_template()).run()
        values = {"stage": "local", **SECRETS, "bcrypt_cost": 4}
        with served(
            Settings.model_validate(values | {name.lower(): value for name, value in names.items()})
        ) as services:
            api = Api(services)
            api.token = register(api, "anna")
            models = {model: recorded(api, model) for model in ("lasso", "cox-lasso", "mayo")}
    document = {"patients": patients().decode(), "models": models}
    target.write_bytes(gzip.compress(json.dumps(document, sort_keys=True).encode(), mtime=0))


class Session:
    """A session with the app's own clients."""

    def client(self, service: str) -> Any:
        return {"dynamodb": aws.dynamodb, "s3": aws.s3, "sqs": aws.sqs}[service]()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
