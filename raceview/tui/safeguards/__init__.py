"""What would have prevented the duplicates: every safeguard replayed on the bundle."""
