"""The Liver Disease Lifespan Predictor: everything that runs on AWS Lambda."""
