"""One request, one slate: presets, reasons, fallback, and the recipe that makes the page again."""
