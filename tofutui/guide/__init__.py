"""The re-registration and ISE playbooks as data, and the engine that runs them."""
