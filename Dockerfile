# The board without PyTorch: it reads and learns corrections, and does not train.
# Nothing is written but in /instance: run it with a read-only root and a volume there.
FROM python:3.13.5-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1

WORKDIR /app

# By itself, so that a changed program needs no new installation.
COPY requirements-serve.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check -r requirements-serve.txt

COPY gunicorn.conf.py run.py LICENSE ./
COPY deploy/health.py deploy/health.py
# With the licence, a part of what --export web writes.
COPY docs/digit-board.md docs/digit-board.md
COPY static static
COPY templates templates
COPY ml ml
COPY webapp webapp
# Compiled here: at run time nothing can be written beside the source.
RUN python -m compileall -q ml webapp && install -d -o 10001 -g 10001 -m 700 /instance

USER 10001:10001
# Photos and ZIPs that are being received wait in nameless files: /tmp may be read-only, too.
ENV BOARD_INSTANCE=/instance \
    BOARD_BIND=0.0.0.0:8000 \
    TMPDIR=/instance
VOLUME /instance
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "deploy/health.py"]
CMD ["gunicorn"]
