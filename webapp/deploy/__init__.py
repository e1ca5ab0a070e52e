"""The board by gunicorn, in several processes: settings from the environment, one token for all."""
