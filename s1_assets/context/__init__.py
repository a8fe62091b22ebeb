"""What a paper says about its figures: sentences, mentions and the bundle that the captioner reads."""
