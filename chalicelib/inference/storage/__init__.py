"""The bucket of files: the keys of its objects, and uploads that are too large for one request.

``patient_file`` and ``results`` decide what the files contain.
"""
