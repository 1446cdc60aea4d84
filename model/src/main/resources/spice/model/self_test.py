# What a mismatch of libtorch and its binding breaks first: products of rearranged tensors, and gradients.
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
