"""The planning graph shipped as an example: an idea goes in, an agreed plan comes out."""
