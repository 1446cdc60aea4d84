/// Sampling with a vLLM server, over HTTP. Knows model, checkpoints, policies.
@NullMarked
package spice.vllm;

import org.jspecify.annotations.NullMarked;
