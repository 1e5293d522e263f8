"""``python -m gamesync games.json``: one line for each game; the exit status is 1 if one was refused."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from .pools import Game, Registrar, load


def main() -> int:
    parser = argparse.ArgumentParser(prog="gamesync", description="Register games for push sync and streams.")
    parser.add_argument("config", type=Path, help="JSON file that lists the games")
    parser.add_argument("--endpoint-url", help="send everything there instead of AWS")
    arguments = parser.parse_args()
    try:
        games = load(arguments.config)
        registrar = Registrar(boto3.Session(), arguments.endpoint_url)
    except (BotoCoreError, OSError, ValueError) as error:
        parser.error(str(error))
    went_well = [report(registrar, game) for game in games]
    return 0 if all(went_well) else 1


def report(registrar: Registrar, game: Game) -> bool:
    """Register a game and say how it went; one that is refused does not keep the others waiting."""
    try:
        sys.stdout.write(f"{registrar.register(game)}\n")
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{game.name}: {error}\n")
        return False
    return True


if __name__ == "__main__":
    raise SystemExit(main())
