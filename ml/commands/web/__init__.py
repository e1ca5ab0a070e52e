"""The board for anybody's page: the folder that `--export web` writes."""
