"""Train the models: data, targets, fit, evaluation, card. A developer runs it; it is never deployed."""
