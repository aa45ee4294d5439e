#!/bin/sh
# Runs one example: sh examples/run.sh clinic. The wrapper finds or fetches Node and the SDKs that the example uses.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
name=${1:?usage: sh examples/run.sh clinic|shop}
# `test` is a command that needs the development dependencies, among them the SDKs; its help does nothing else.
"$root/caudal" test --help >/dev/null

node=${CAUDAL_NODE:-}
for candidate in "$root"/.runtime/node_modules/node-linux-*/bin/node node; do
  if [ -z "$node" ] && command -v "$candidate" >/dev/null 2>&1; then node=$candidate; fi
done
exec "$node" --disable-warning=ExperimentalWarning "$root/examples/$name/run.ts"
