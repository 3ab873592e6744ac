class NumberText(str):
    pass


def read_sheet(source, known):
    raise NotImplementedError
