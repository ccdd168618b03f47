"""The demo registry as a process that commands share, where `PATRONSYNC_REGISTRY_URL` names no registry."""
