pytest_plugins = ["tests.support.searched_logs"]
