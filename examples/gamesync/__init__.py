"""gamesync: registers a game studio's identity pools for push sync and streams."""
