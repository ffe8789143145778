"""HTTP JSON and the web page: `app.create_app` makes the application, `serve.serve` runs it."""
