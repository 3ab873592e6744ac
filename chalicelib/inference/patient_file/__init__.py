"""Read and check a patient file: from bytes to checked rows, or to findings that say what is wrong and where.

This package uses no AWS, no Chalice and no models. ``storage`` stores the files.
"""
