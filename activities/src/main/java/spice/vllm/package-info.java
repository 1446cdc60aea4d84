/// Sampling by a vLLM server, over HTTP.
@NullMarked
package spice.vllm;

import org.jspecify.annotations.NullMarked;
