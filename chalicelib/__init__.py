"""The Liver Disease Lifespan Predictor: everything that runs on AWS Lambda.

Each package is a room whose first lines say what belongs there; ``wiring`` makes the objects.
"""
