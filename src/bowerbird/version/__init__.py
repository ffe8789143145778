"""What was learned: publish, load and swap Versions; the Overlay, what one says of newer things."""
