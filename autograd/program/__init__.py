"""Programs: traced functions laid flat, improved by passes, and run by executors."""
