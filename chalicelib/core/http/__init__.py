"""HTTP in and out of Chalice: endpoints, problem+json, middleware, request bodies."""
