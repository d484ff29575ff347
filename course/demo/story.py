def load() -> bool:
    return False


def remove() -> int:
    return 0
