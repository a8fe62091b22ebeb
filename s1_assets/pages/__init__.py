"""What the project's HTML pages share: their templates' environment, their look, and how a figure is shown on them."""
