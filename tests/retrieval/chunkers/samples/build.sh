#!/bin/sh
set -e
TARGET=dist
export LEVEL=2

# Builds it. Twice.
build() {
    echo "building $1"
}

function clean {
    rm -rf "$TARGET"
}

if [ -n "$CI" ]; then
    upload() { echo up; }
fi

build all
