"""The plainest programs that do the same job, to be measured beside ours."""
