"""The wire protocols of providers, one module each with a ``blueprint(models)``."""
