"""The files of a result: written while the rows are predicted, read by the page and by the download.

``predictions`` has the routes and decides who may read a result.
"""
