"""Read and check a patient file: from bytes to checked rows, or to findings that say what is wrong and where.

Pure functions without AWS, Chalice or models. ``storage`` stores the files.
"""
