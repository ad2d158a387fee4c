"""How records reach the backends: queues, the spool on disk, batches, retries and one deadline at the end."""
