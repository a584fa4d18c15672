"""Making networks fit the device: measured where they run, refused where they fall short."""
