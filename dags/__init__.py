"""When: each module names, schedules and wires one DAG; the work itself is in the folders that it calls."""
