"""What people see: pages, panels and reports."""
