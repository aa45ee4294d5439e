#!/bin/sh
# Starts a daemon of its own, tells its story, and proves its end. Exit code 1: the proof failed.
exec sh "$(dirname -- "$0")/../run.sh" clinic
