"""From the bytes of a patient file to checked rows, or to findings that say what is wrong and where.

Pure functions: no AWS and no Chalice, and no model either. Where a file is stored is the business of ``storage``.
"""
