"""The Liver Disease Lifespan Predictor: the code that runs on AWS Lambda.

The first lines of each package say what belongs there. ``wiring`` creates the objects.
"""
