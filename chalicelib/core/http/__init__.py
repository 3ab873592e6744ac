"""HTTP in and out of Chalice: endpoints, problem+json, middleware, request bodies, the OpenAPI document.

Addresses and what is done at them stand in each room's ``routes``.
"""
