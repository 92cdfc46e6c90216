"""The autograder of Aandacht: grades notebooks without ever trusting the code in them."""

__version__ = "0.1.0"
