"""From the bytes of a patient file to checked rows, or to findings that say what is wrong and where.

Pure functions, without AWS, Chalice or models: where a file is stored is the business of ``storage``.
"""
