"""Long work outside the request: `services.enqueue` starts it, `tasks.job_task` defines it."""
