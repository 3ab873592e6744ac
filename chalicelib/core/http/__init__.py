"""HTTP on top of Chalice: endpoints, problem+json, middleware, request bodies, the OpenAPI document.

The routes themselves are in each package's ``routes``.
"""
