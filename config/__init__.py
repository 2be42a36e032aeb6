"""What people write: brands, rules and platform overrides, with the models that check them."""
