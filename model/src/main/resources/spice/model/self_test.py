# Computations that a mismatch of libtorch and its binding breaks first (products of rearranged tensors, gradients), and some
# that a device may lack (attention in one operator, bfloat16). Types are numbers: 6 float32, 15 bfloat16.
class SelfTest(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def product(self, x: Tensor) -> Tensor:
    return torch.matmul(x, torch.permute(x, [1, 0]))

  def gradient(self, x: Tensor, w: Tensor) -> Tensor:
    y = torch.matmul(x, w)
    found = torch.grad([torch.sum(y * y)], [w], None, False, False, False)
    return unchecked_cast(Tensor, found[0])

  # Attention on values v (1, 1, 2, 2) that two query heads share. All scores are 0: the first token gets its own value, the
  # second the mean of both.
  def attention(self, v: Tensor, type: int) -> Tensor:
    values = torch.to(v, type)
    keys = torch.zeros_like(values)
    queries = torch.cat([keys, keys], 1)
    a = torch.scaled_dot_product_attention(queries, keys, values, None, 0., True, scale=None, enable_gqa=True)
    return torch.to(a, 6)

  def rounded_product(self, x: Tensor) -> Tensor:
    y = torch.to(x, 15)
    return torch.to(torch.matmul(y, torch.permute(y, [1, 0])), 6)
