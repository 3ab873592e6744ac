"""The bucket of files: which key holds what, and uploads past the direct limit.

What stands in the files is the business of ``patient_file`` and ``results``.
"""
