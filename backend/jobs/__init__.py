"""Durable work: what came (inbox), what was promised (outbox), in which order (lanes).

``store.put`` promises, ``run.Runner`` keeps the promise, ``workers.Workers`` is the same in threads of this process.
"""
