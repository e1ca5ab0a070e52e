#!/bin/sh
# Make sure that a Chromium is here for the browser tests: one on the PATH, Debian's package (the
# shell without windows, where there is one), or Playwright's own download, whichever this machine
# can have. $1: the Python that has playwright.
set -eu

for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if "$1" -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p: sys.exit(not pathlib.Path(p.chromium.executable_path).exists())'; then
    exit 0
fi
if grep -q '^ID=debian' /etc/os-release 2>/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    for package in chromium-headless-shell chromium; do
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" \
            && exit 0
    done
fi
exec "$1" -m playwright install chromium
