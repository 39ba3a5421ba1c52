"""The widget-free part of the builder: what differs between draft and trained recipe."""
