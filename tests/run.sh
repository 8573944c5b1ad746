#!/bin/sh
# Runs every test. Pages are looked at in chromium and PDF files through poppler-utils, which are packages of the
# system: root gets them installed; anybody else runs all other tests and is told at the end what was left out.
set -u

missing_tools() {
    command -v chromium >/dev/null || printf 'chromium '
    command -v pdftoppm >/dev/null || printf 'poppler '
}

missing=$(missing_tools)
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium and poppler-utils for the tests that look at pages and PDF files ..."
    # A failed install is not the end: what is still missing is named below, and the run ends non-zero.
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        chromium poppler-utils fonts-liberation; } >/dev/null 2>&1
    missing=$(missing_tools)
fi

selection=
for tool in $missing; do
    selection="${selection:+$selection and }not $tool"
done

"$PYTHON" -m pytest -q -n 2 -m "$selection" "$@"
status=$?
if [ -n "$missing" ]; then
    echo "NOT EVERYTHING WAS TESTED. Missing on this machine: ${missing}(packages chromium and poppler-utils)." >&2
    [ "$status" -ne 0 ] || status=1
fi
exit "$status"
