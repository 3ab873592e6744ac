"""The files of a result: written as the rows come, read by the page and by the download.

Nothing here knows whose result it is: ``predictions`` decides who may read it and has the addresses.
"""
