"""One Mechanical Turk endpoint: which one, connecting, operations, retries. The only importer of boto3."""
