# What a mismatch of libtorch and its binding breaks first, products of rearranged tensors and gradients; and what a device
# may lack, attention in one operator and bfloat16. Types are numbers: 6 float32, 15 bfloat16.
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

  # Values (1, 1, 2, 2) that two heads of queries share. All scores are 0: the first token sees itself, the second the mean.
  def attention(self, v: Tensor, type: int) -> Tensor:
    values = torch.to(v, type)
    keys = torch.zeros_like(values)
    queries = torch.cat([keys, keys], 1)
    a = torch.scaled_dot_product_attention(queries, keys, values, None, 0., True, scale=None, enable_gqa=True)
    return torch.to(a, 6)

  def rounded_product(self, x: Tensor) -> Tensor:
    y = torch.to(x, 15)
    return torch.to(torch.matmul(y, torch.permute(y, [1, 0])), 6)
