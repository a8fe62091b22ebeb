"""Sample papers: own words and own pictures, in the layouts of the sources, for the demo and the tests."""
