"""Language-model engines that rewrite captions: vLLM in this process, or endpoints that speak OpenAI's protocol."""
