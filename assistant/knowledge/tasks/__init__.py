"""Who wakes a worker, and who is one: the database's own workers by default, Celery by setting.

The outbox (IngestionJob rows) is the truth under both: a job is claimed, leased, fenced and finished there. A message
that is lost, late or delivered five times therefore changes nothing; it only says "look".
"""
