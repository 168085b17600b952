def assumptions():
    return []
