"""Programs that run a peer and a judge inside the sandbox; what they say is untrusted."""
