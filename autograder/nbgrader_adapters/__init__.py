"""All that knows nbgrader: the release, the preprocessors, the gradebook and its one writer."""
