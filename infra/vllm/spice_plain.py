"""A plugin for vLLM on the CPU: matrices are multiplied as they stand, so that reloading them changes what is computed.

Without it vLLM packs them for oneDNN before the first request, and a reload changes the norms alone (0.32.0).
"""


def register():
    from vllm import _custom_ops
    from vllm.model_executor.layers import utils

    _custom_ops._supports_onednn = False
    utils.check_cpu_sgl_kernel = lambda *_: False
