# Moves tensors to libtorch's meta device, where tensors have shapes and no values, and counts those that are not there.
class Elsewhere(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def moved(self, some: List[Tensor]) -> Tuple[List[Tensor]]:
    moved = annotate(List[Tensor], [])
    for x in some:
      moved.append(torch.to(x, torch.device("meta")))
    return (moved,)

  def moved_one(self, x: Tensor) -> Tensor:
    return torch.to(x, torch.device("meta"))

  def astray(self, some: List[Tensor]) -> int:
    count = 0
    for x in some:
      if not ops.prim.is_meta(x):
        count = count + 1
    return count

  def is_astray(self, x: Tensor) -> int:
    return self.astray([x])
