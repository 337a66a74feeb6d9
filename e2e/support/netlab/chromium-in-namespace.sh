#!/bin/sh
# Stands in for the browser's program: Playwright's pipes go through, the network is that of the namespace.
exec ip netns exec "$NETLAB_NAMESPACE" "$NETLAB_CHROMIUM" "$@"
