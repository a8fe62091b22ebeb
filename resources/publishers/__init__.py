"""Where the data set is published."""
