"""The GitHub face: webhooks in, replies out."""
