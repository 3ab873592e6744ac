"""Train the models: data, targets, fit, evaluation, card. Run by a developer, never deployed."""
