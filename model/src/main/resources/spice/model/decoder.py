# A Qwen3, Qwen2 or Llama decoder: sampling with a cache, losses with gradients, AdamW.
#
# TorchScript in the form of a saved module. libtorch compiles it when the program is opened; there is no Python, and only
# libtorch's own operators exist. Sizes are read from the tensors, so one text serves every config.
#
# B sequences, T tokens of a sequence, E width of the model, H heads, J heads of keys and values, R = H / J, D width of
# a head, V vocabulary. When sampling, L lanes of K slots: a lane is a prompt, its slots are completions of that prompt.
#
# Types are numbers here: 3 int32, 4 int64, 6 float32, 7 float64, 15 bfloat16.
#
# With bfloat16 weights, matrix products and the hidden states between layers are bfloat16. Norms, rotation, softmax, losses and
# the tables of angles are float32. wide and like convert; with float32 or float64 weights they return their argument.
#
# Weights, in this order (Hugging Face names in WeightTable.java): embedding; for each layer input norm, q, k, v, o, the
# norms of q and k if the family has them, second norm, gate, up, down, then the biases that exist of q, k, v, o, gate, up, down;
# last norm; the output head unless it is tied to the embedding.
#
# Adapters (LoRA): A and B for each of q, k, v, o, gate, up, down of each layer, both empty for a matrix without adapter. With
# adapters only they learn; the weights are frozen. The list is empty without adapters. Beside bfloat16 weights adapters are
# float32, rounded where they are multiplied, and what they add is summed with the weights' product before that is rounded: a
# small change would be lost on the grid of the larger number.
class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # Number of weights in a layer, and the place of the second norm among them.
  layer_size : int
  second_norm : int
  # Whether queries and keys pass through a norm.
  qk_norm : bool
  # How many places after its weight a bias stands; 0 without bias. q, k and v share one distance, gate, up and down another.
  qkv_bias : int
  o_bias : int
  mlp_bias : int

  def layers(self, w: List[Tensor]) -> int:
    return (len(w) - 2) // self.layer_size

  def last_norm(self, w: List[Tensor]) -> Tensor:
    return w[1 + self.layer_size * self.layers(w)]

  def head(self, w: List[Tensor]) -> Tensor:
    # The last norm is a vector; a table in the last place is an output head of its own.
    if torch.dim(w[-1]) == 2:
      table = w[-1]
    else:
      table = w[0]
    return table

  def wide(self, x: Tensor) -> Tensor:
    if ops.prim.dtype(x) == 15:
      y = torch.to(x, 6)
    else:
      y = x
    return y

  def like(self, x: Tensor, other: Tensor) -> Tensor:
    if ops.prim.dtype(other) == 15:
      y = torch.to(x, 15)
    else:
      y = x
    return y

  def norm(self, x: Tensor, weight: Tensor, eps: float) -> Tensor:
    y = self.wide(x)
    return self.like(y * torch.rsqrt(torch.mean(y * y, [-1], True) + eps), x) * weight

  def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    # cos and sin hold each angle twice, once per half of the head.
    a, b, = torch.chunk(x, 2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin

  # The linear layer on x whose weight stands at place and whose bias stands bias places after it.
  def linear(self, x: Tensor, w: List[Tensor], place: int, bias: int) -> Tensor:
    if bias > 0:
      y = torch.linear(x, w[place], w[place + bias])
    else:
      y = torch.linear(x, w[place])
    return y

  # Whether the adapters at place a are there: neither the list is empty nor they.
  def has(self, adapters: List[Tensor], a: int) -> bool:
    found = False
    if torch.len(adapters) > 0:
      found = torch.numel(adapters[a]) > 0
    return found

  # linear plus the adapters at place a: scale * x A^T B^T, with A (rank, in) and B (out, rank).
  def adapted(
        self, x: Tensor, w: List[Tensor], place: int, bias: int, adapters: List[Tensor], a: int, scale: float
  ) -> Tensor:
    if self.has(adapters, a):
      rows = torch.flatten(x, 0, -2)
      added = torch.linear(torch.linear(rows, self.like(adapters[a], x)), self.like(adapters[a + 1] * scale, x))
      y = torch.unflatten(torch.addmm(added, rows, torch.t(w[place])), 0, torch.slice(torch.size(x), 0, -1))
      if bias > 0:
        y = y + w[place + bias]
    else:
      y = self.linear(x, w, place, bias)
    return y

  def feed_forward(
        self, x: Tensor, w: List[Tensor], o: int, adapters: List[Tensor], a: int, scale: float, eps: float
  ) -> Tensor:
    n = o + self.second_norm
    h = self.norm(x, w[n], eps)
    gate = self.adapted(h, w, n + 1, self.mlp_bias, adapters, a + 8, scale)
    gated = torch.silu(gate) * self.adapted(h, w, n + 2, self.mlp_bias, adapters, a + 10, scale)
    return x + self.adapted(gated, w, n + 3, self.mlp_bias, adapters, a + 12, scale)

  # Keys or values (B, J, T, D), repeated for each of the J * R query heads. libtorch's attention could share them by itself, but
  # on the processor it then holds all scores (B, H, T, T) and takes up to twice the time.
  def repeated(self, x: Tensor, R: int) -> Tensor:
    if R > 1:
      y = torch.repeat_interleave(x, R, 1)
    else:
      y = x
    return y

  # A layer on whole sequences x (B, T, E). Returns its output, and its keys and values (B, J, T, D).
  def layer(
        self, x: Tensor, layer: int, w: List[Tensor], adapters: List[Tensor], scale: float, cos: Tensor, sin: Tensor,
        eps: float
  ) -> Tuple[Tensor, Tensor, Tensor]:
    o = 1 + layer * self.layer_size
    a = layer * 14
    B = torch.size(x, 0)
    T = torch.size(x, 1)
    D = torch.size(cos, 1)
    h = self.norm(x, w[o], eps)
    q = self.adapted(h, w, o + 1, self.qkv_bias, adapters, a, scale)
    k = self.adapted(h, w, o + 2, self.qkv_bias, adapters, a + 2, scale)
    v = self.adapted(h, w, o + 3, self.qkv_bias, adapters, a + 4, scale)
    q = torch.transpose(torch.reshape(q, [B, T, -1, D]), 1, 2)
    k = torch.transpose(torch.reshape(k, [B, T, -1, D]), 1, 2)
    v = torch.transpose(torch.reshape(v, [B, T, -1, D]), 1, 2)
    if self.qk_norm:
      q = self.norm(q, w[o + 5], eps)
      k = self.norm(k, w[o + 6], eps)
    q = self.like(self.rotate(self.wide(q), cos, sin), v)
    k = self.like(self.rotate(self.wide(k), cos, sin), v)
    R = torch.size(q, 1) // torch.size(k, 1)
    attended = torch.scaled_dot_product_attention(q, self.repeated(k, R), self.repeated(v, R), None, 0., True)
    joined = torch.reshape(torch.transpose(attended, 1, 2), [B, T, -1])
    y = x + self.adapted(joined, w, o + 4, self.o_bias, adapters, a + 6, scale)
    return (self.feed_forward(y, w, o, adapters, a, scale, eps), k, v)

  # Reads whole sequences, each from its first token. Returns the hidden states (B, T, E) before the last norm, and every
  # layer's keys and values (B, J, T, D). Shorter sequences are padded on the right, where no real token attends.
  def read(
        self, ids: Tensor, w: List[Tensor], adapters: List[Tensor], scale: float, cos: Tensor, sin: Tensor, eps: float
  ) -> Tuple[Tensor, List[Tensor], List[Tensor]]:
    keys = annotate(List[Tensor], [])
    values = annotate(List[Tensor], [])
    c = torch.slice(cos, 0, 0, torch.size(ids, 1))
    s = torch.slice(sin, 0, 0, torch.size(ids, 1))
    x = torch.embedding(w[0], ids)
    for layer in range(self.layers(w)):
      x, k, v, = self.layer(x, layer, w, adapters, scale, c, s, eps)
      keys.append(k)
      values.append(v)
    return (x, keys, values)

  # The next-token logits (M, V) after the positions named by rows, each b * T + t.
  def logits(
        self, ids: Tensor, rows: Tensor, w: List[Tensor], adapters: List[Tensor], scale: float, cos: Tensor, sin: Tensor,
        eps: float
  ) -> Tensor:
    x, keys, values, = self.read(ids, w, adapters, scale, cos, sin, eps)
    h = torch.index_select(torch.flatten(x, 0, 1), 0, rows)
    return self.wide(torch.linear(self.norm(h, self.last_norm(w), eps), self.head(w)))

  # ---- Sampling ----

  # Exchanges the halves of each head and negates the second: the factor of the sines in rotate. Applied to the rows of a
  # weight (H * D, E) and to its bias, it gives a layer that yields the exchanged heads directly.
  def exchanged(self, weight: Tensor, D: int) -> Tensor:
    a, b, = torch.chunk(torch.unflatten(weight, 0, [-1, D]), 2, 1)
    return torch.flatten(torch.cat([-b, a], 1), 0, 1)

  # A matrix of weights as product and add_product take it. oneDNN's own layout saves the packing that MKL repeats at every call.
  # It pays for large matrices; for small ones a call of oneDNN costs more than it saves. The layout is always the one for a
  # shard of usual size, so that all shards multiply alike. oneDNN has one for bfloat16 if the processor has instructions for it.
  def laid_out(self, weight: Tensor) -> Tensor:
    dtype = ops.prim.dtype(weight)
    knows = dtype == 6 or (dtype == 15 and ops.mkldnn._is_mkldnn_bf16_supported())
    if torch.numel(weight) >= 262144 and knows and not ops.prim.is_cuda(weight):
      laid = ops.mkldnn._reorder_linear_weight(torch.contiguous(weight), 64)
    else:
      laid = weight
    return laid

  # x times the transposed weight, plus the bias.
  def product(self, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    if ops.prim.is_mkldnn(weight):
      y = ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")
    else:
      y = torch.linear(x, weight, bias)
    return y

  # x plus a times the transposed weight, plus the bias.
  def add_product(self, x: Tensor, a: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    if ops.prim.is_mkldnn(weight):
      y = ops.mkldnn._linear_pointwise(a, x, weight, bias, "add")
    else:
      y = torch.addmm(x, a, torch.t(weight))
      if torch.__isnot__(bias, None):
        y = torch.add_(y, unchecked_cast(Tensor, bias))
    return y

  # product, with what the adapters at place a add.
  def multiplied(
        self, x: Tensor, weight: Tensor, bias: Optional[Tensor], adapters: List[Tensor], a: int
  ) -> Tensor:
    if self.has(adapters, a):
      y = self.add_product(torch.linear(torch.linear(x, adapters[a]), adapters[a + 1]), x, weight, bias)
    else:
      y = self.product(x, weight, bias)
    return y

  # add_product, with what the adapters at place p add to a.
  def add_multiplied(
        self, x: Tensor, a: Tensor, weight: Tensor, bias: Optional[Tensor], adapters: List[Tensor], p: int
  ) -> Tensor:
    if self.has(adapters, p):
      y = x + self.multiplied(a, weight, bias, adapters, p)
    else:
      y = self.add_product(x, a, weight, bias)
    return y

  # The biases as step takes them, four per layer: of queries, keys, both exchanged, and values; of the output; of gate and
  # up; of down.
  def pack_biases(self, w: List[Tensor], D: int) -> List[Optional[Tensor]]:
    packed = annotate(List[Optional[Tensor]], [])
    for layer in range(self.layers(w)):
      o = 1 + layer * self.layer_size
      if self.qkv_bias > 0:
        q = o + 1 + self.qkv_bias
        both = torch.cat([w[q], w[q + 1]])
        packed.append(torch.cat([both, self.exchanged(both, D), w[q + 2]]))
      else:
        packed.append(None)
      if self.o_bias > 0:
        packed.append(w[o + 4 + self.o_bias])
      else:
        packed.append(None)
      if self.mlp_bias > 0:
        gate = o + self.second_norm + 1 + self.mlp_bias
        packed.append(torch.cat([w[gate], w[gate + 1]]))
        packed.append(w[gate + 2])
      else:
        packed.append(None)
        packed.append(None)
    return packed

  # Multiplies the weights of the norm before a matrix, or before an adapter's A, into it; not in bfloat16, where that would round
  # a second time.
  def joined(self, weight: Tensor, norm: Tensor) -> Tensor:
    if ops.prim.dtype(norm) == 15:
      y = weight
    else:
      y = weight * norm
    return y

  # The weights, biases and adapters as step takes them; every shard uses them.
  def pack_all(
        self, w: List[Tensor], adapters: List[Tensor], scale: float, D: int
  ) -> Tuple[List[Tensor], List[Optional[Tensor]], List[Tensor]]:
    return (self.pack_weights(w, D), self.pack_biases(w, D), self.pack_adapters(w, adapters, scale, D))

  # The adapters as step takes them, an A and a B for each of the four packed matrices of a layer: those of one packed matrix's
  # parts stand in one A below each other, and in one B at the rows of their parts, multiplied by scale. An empty list without
  # adapters.
  def pack_adapters(self, w: List[Tensor], adapters: List[Tensor], scale: float, D: int) -> List[Tensor]:
    packed = annotate(List[Tensor], [])
    if torch.len(adapters) > 0:
      for layer in range(self.layers(w)):
        o = 1 + layer * self.layer_size
        n = o + self.second_norm
        a = 14 * layer
        q, q_down, = self.pair(adapters, a, w[o + 1], scale)
        k, k_down, = self.pair(adapters, a + 2, w[o + 2], scale)
        v, v_down, = self.pair(adapters, a + 4, w[o + 3], scale)
        both = torch.block_diag([q, k])
        on_v = torch.block_diag([torch.cat([both, self.exchanged(both, D)]), v])
        self.pack_pair(packed, self.joined(torch.cat([q_down, k_down, v_down]), w[o]), on_v, w[0])
        output, output_down, = self.pair(adapters, a + 6, w[o + 4], scale)
        self.pack_pair(packed, output_down, output, w[0])
        gate, gate_down, = self.pair(adapters, a + 8, w[n + 1], scale)
        up, up_down, = self.pair(adapters, a + 10, w[n + 2], scale)
        inside = self.joined(torch.cat([gate_down, up_down]), w[n])
        self.pack_pair(packed, inside, torch.block_diag([gate, up]), w[0])
        down, down_down, = self.pair(adapters, a + 12, w[n + 3], scale)
        self.pack_pair(packed, down_down, down, w[0])
    return packed

  # B, multiplied by scale, and A of the adapters at place a of a weight (out, in), as matrices of rank 0 if there are none.
  def pair(self, adapters: List[Tensor], a: int, weight: Tensor, scale: float) -> Tuple[Tensor, Tensor]:
    if self.has(adapters, a):
      found = (adapters[a + 1] * scale, adapters[a])
    else:
      dtype = ops.prim.dtype(adapters[a])
      found = (self.zeros([torch.size(weight, 0), 0], dtype, weight), self.zeros([0, torch.size(weight, 1)], dtype, weight))
    return found

  # Appends an A and a B in the type of the weights.
  def pack_pair(self, packed: List[Tensor], a: Tensor, b: Tensor, weight: Tensor) -> NoneType:
    packed.append(self.like(a, weight))
    packed.append(self.like(b, weight))
    return None

  # The weights as step takes them, six per layer: one matrix for queries, keys, both exchanged, and values; the factors of
  # the cosines for queries and keys (H + J, D); the factors of the sines; the output matrix; one matrix for gate and up; the
  # down matrix. Each norm's weights are multiplied into the matrix after it. Last, the head.
  def pack_weights(self, w: List[Tensor], D: int) -> List[Tensor]:
    packed = annotate(List[Tensor], [])
    for layer in range(self.layers(w)):
      o = 1 + layer * self.layer_size
      n = o + self.second_norm
      H = torch.size(w[o + 1], 0) // D
      J = torch.size(w[o + 2], 0) // D
      both = torch.cat([w[o + 1], w[o + 2]])
      packed.append(self.laid_out(self.joined(torch.cat([both, self.exchanged(both, D), w[o + 3]]), w[o])))
      if self.qk_norm:
        on_q = self.wide(w[o + 5])
        on_k = self.wide(w[o + 6])
      else:
        on_q = self.wide(torch.add(self.zeros([D], ops.prim.dtype(w[o]), w[o]), 1))
        on_k = on_q
      on_cos = torch.cat([torch.expand(on_q * float(D) ** -0.5, [H, D]), torch.expand(on_k, [J, D])])
      a, b, = torch.chunk(on_cos, 2, 1)
      packed.append(on_cos)
      packed.append(torch.cat([b, a], 1))
      packed.append(self.laid_out(w[o + 4]))
      packed.append(self.laid_out(self.joined(torch.cat([w[n + 1], w[n + 2]]), w[n])))
      packed.append(self.laid_out(w[n + 3]))
    packed.append(self.laid_out(self.head(w)))
    return packed

  # 1 / root mean square of the last axis.
  def inverse_size(self, x: Tensor, eps: float) -> Tensor:
    size = torch.linalg_vector_norm(x, 2, [-1], True)
    return torch.rsqrt(size * size / torch.size(x, -1) + eps)

  # The input of a matrix that joined has multiplied a norm's weights into.
  def sized(self, x: Tensor, norm: Tensor, eps: float) -> Tensor:
    if ops.prim.dtype(x) == 15:
      y = self.norm(x, norm, eps)
    else:
      y = x * self.inverse_size(x, eps)
    return y

  # Computes one new token in every slot: tokens (L, K) at positions (L), equal for the slots of a lane. Every layer attends to
  # the lane's prompt, read once and shared by its slots (L, J, P, D), and to the slot's own tokens (L, J, K, N, D), of which
  # this call writes number i. own_mask (L, 1, 1, i + 1) hides columns from before the lane's birth; None if there are none.
  # Returns the logits (L, K, V).
  def step(
        self, tokens: Tensor, positions: Tensor, i: int, prompt_keys: List[Tensor], prompt_values: List[Tensor],
        prompt_mask: Tensor, own_keys: List[Tensor], own_values: List[Tensor], own_mask: Optional[Tensor], w: List[Tensor],
        packed: List[Tensor], biases: List[Optional[Tensor]], adapters: List[Tensor], cos: Tensor, sin: Tensor, eps: float
  ) -> Tensor:
    L = torch.size(tokens, 0)
    K = torch.size(tokens, 1)
    P = torch.size(prompt_mask, -1)
    D = torch.size(cos, 1)
    c = torch.reshape(torch.index_select(cos, 0, positions), [L, 1, 1, D])
    s = torch.reshape(torch.index_select(sin, 0, positions), [L, 1, 1, D])
    x = torch.embedding(w[0], torch.flatten(tokens))
    for layer in range(self.layers(w)):
      first = 1 + layer * self.layer_size
      o = layer * 6
      b = layer * 4
      heads = torch.size(packed[o + 1], 0)
      J = torch.size(own_keys[layer], 1)
      R = heads // J - 1
      a = layer * 8
      projected = self.multiplied(self.sized(x, w[first], eps), packed[o], biases[b], adapters, a)
      plain, exchanged, v, = torch.split_with_sizes(torch.reshape(projected, [L, K, -1, D]), [heads, heads, J], 2)
      plain = self.wide(plain)
      exchanged = self.wide(exchanged)
      turned = torch.addcmul(plain * (c * packed[o + 1]), exchanged, s * packed[o + 2])
      if self.qk_norm:
        turned = torch.mul_(turned, self.inverse_size(plain, eps))
      q, k, = torch.split_with_sizes(self.like(turned, v), [heads - J, J], 2)
      _1 = torch.copy_(torch.select(own_keys[layer], 3, i), torch.transpose(k, 1, 2))
      _2 = torch.copy_(torch.select(own_values[layer], 3, i), torch.transpose(v, 1, 2))
      seen_keys = torch.slice(own_keys[layer], 3, 0, i + 1)
      seen_values = torch.slice(own_values[layer], 3, 0, i + 1)
      q = torch.contiguous(torch.transpose(torch.reshape(q, [L, K, J, R, D]), 1, 2))
      on_prompt = torch.matmul(torch.reshape(q, [L, J, K * R, D]), torch.transpose(prompt_keys[layer], 2, 3))
      on_own = torch.reshape(torch.matmul(q, torch.transpose(seen_keys, 3, 4)), [L, J, K * R, i + 1])
      if torch.__isnot__(own_mask, None):
        on_own = torch.add_(on_own, unchecked_cast(Tensor, own_mask))
      scores = torch.cat([torch.add_(on_prompt, prompt_mask), on_own], -1)
      p = self.like(torch.softmax(self.wide(scores), -1), v)
      from_prompt = torch.matmul(torch.slice(p, 3, 0, P), prompt_values[layer])
      from_own = torch.matmul(torch.reshape(torch.slice(p, 3, P), [L, J, K, R, i + 1]), seen_values)
      attended = torch.add_(torch.reshape(from_prompt, [L, J, K, R, D]), from_own)
      joined = torch.reshape(torch.transpose(attended, 1, 2), [L * K, -1])
      x = self.add_multiplied(x, joined, packed[o + 3], biases[b + 1], adapters, a + 2)
      sized = self.sized(x, w[first + self.second_norm], eps)
      gate, up, = torch.chunk(self.multiplied(sized, packed[o + 4], biases[b + 2], adapters, a + 4), 2, -1)
      x = self.add_multiplied(x, torch.mul_(torch.silu_(gate), up), packed[o + 5], biases[b + 3], adapters, a + 6)
    h = self.norm(x, self.last_norm(w), eps)
    return torch.reshape(self.product(h, packed[-1], None), [L, K, -1])

  # Draws tokens from logits (.., V) with one uniform number in [0, 1) each: the first token at which the cumulative probability
  # exceeds the number. Sums in float64, so that rounding moves no token by more than 1e-15. Returns the tokens and their
  # log-probabilities in the distribution drawn from, after likely has removed tokens.
  def draw(
        self, logits: Tensor, uniform: Tensor, temperature: float, top_k: int, top_p: float, min_p: float
  ) -> Tuple[Tensor, Tensor]:
    wide = torch.to(logits, 7)
    if temperature > 0.:
      log_probs = self.likely(torch.log_softmax(wide / temperature, -1), top_k, top_p, min_p)
      cumulative = torch.cumsum(torch.exp(log_probs), -1)
      total = torch.select(cumulative, -1, -1)
      token = torch.searchsorted(cumulative, torch.unsqueeze(uniform * total, -1), right=True)
      token = torch.clamp(token, None, torch.size(logits, -1) - 1)
    else:
      log_probs = torch.log_softmax(wide, -1)
      token = torch.argmax(wide, -1, True)
    return (torch.squeeze(token, -1), torch.squeeze(torch.gather(log_probs, -1, token), -1))

  # The distribution without its unlikely tokens. Three rules in turn keep the top_k most likely tokens (0: all), the most likely
  # that together reach top_p (1: all; Holtzman et al. 2020), and those of at least min_p times the greatest probability (0:
  # all). Tokens that tie with the last one kept are kept.
  def likely(self, log_probs: Tensor, top_k: int, top_p: float, min_p: float) -> Tensor:
    if top_k > 0 and top_k < torch.size(log_probs, -1):
      most, places, = torch.topk(log_probs, top_k)
      log_probs = self.at_least(log_probs, torch.slice(most, -1, top_k - 1))
    if top_p < 1.:
      sorted, places, = torch.sort(log_probs, -1, True)
      p = torch.exp(sorted)
      kept = torch.lt(torch.cumsum(p, -1) - p, top_p)
      least = torch.amin(torch.masked_fill(sorted, torch.logical_not(kept), inf), [-1], True)
      log_probs = self.at_least(log_probs, least)
    if min_p > 0.:
      log_probs = self.at_least(log_probs, torch.log(torch.exp(torch.amax(log_probs, [-1], True)) * min_p))
    return log_probs

  def at_least(self, log_probs: Tensor, least: Tensor) -> Tensor:
    return torch.log_softmax(torch.masked_fill(log_probs, torch.lt(log_probs, least), -inf), -1)

  # The completions in flight are described by a list, state, and by the caches; admit, keep, advance and finish change them in
  # place. state holds:
  # 0 tokens drawn (rows + 1, N), a row for each completion of the shard and a last one for empty slots
  # 1 their log-probabilities
  # 2 a uniform number for each (rows + 1, N)
  # 3 rows (L, K) of the slots
  # 4 whether the completion of a slot (L, K) has ended
  # 5 births (L): the time at which a lane began
  # 6 lengths (L) of the lanes' prompts
  # 7 mask (L, 1, 1, P) of their padding
  # 8 the slots' last tokens (L, K)
  # Of Java's tensors it keeps only uniforms, which lives until the shard is drawn; the others are gone after a call.
  # at holds three numbers: the time, which counts the calls of advance; the time of the first column of the slots' own caches;
  # whether some lane's caches begin with columns from before its birth (1 or 0).

  # Begins a shard with nothing in flight. Returns at, state, and the caches: the prompts' keys and values, the slots' own keys
  # and values.
  def begin(
        self, uniforms: Tensor, w: List[Tensor]
  ) -> Tuple[List[int], List[Tensor], List[Tensor], List[Tensor], List[Tensor], List[Tensor]]:
    tokens = self.zeros(torch.size(uniforms), 4, w[0])
    log_probs = self.zeros(torch.size(uniforms), 6, w[0])
    none = self.empty([0, 0], 4, w[0])
    state = [tokens, log_probs, uniforms, none, none, none, none, none, none]
    return ([0, 0, 0], state, self.blank(w), self.blank(w), self.blank(w), self.blank(w))

  # An empty tensor for each layer.
  def blank(self, w: List[Tensor]) -> List[Tensor]:
    tensors = annotate(List[Tensor], [])
    for layer in range(self.layers(w)):
      tensors.append(self.empty([0], 6, w[0]))
    return tensors

  # Reads prompts (G, P), padded on the right, with their lengths (G), for admit. Returns the logits (G, V) of each prompt's first
  # new token with the lengths, and every layer's keys and values (G, J, P, D).
  def read_prompts(
        self, prompts: Tensor, lengths: Tensor, w: List[Tensor], adapters: List[Tensor], scale: float, cos: Tensor,
        sin: Tensor, eps: float
  ) -> Tuple[List[Tensor], List[Tensor], List[Tensor]]:
    x, keys, values, = self.read(prompts, w, adapters, scale, cos, sin, eps)
    ends = self.counted(0, torch.size(prompts, 0), x) * torch.size(prompts, 1) + lengths - 1
    h = torch.index_select(torch.flatten(x, 0, 1), 0, ends)
    first = torch.linear(self.norm(h, self.last_norm(w), eps), self.head(w))
    return ([first, torch.clone(lengths)], keys, values)

  # Draws token number n (L or 1, 1) of the completions in slots with these rows (L, K) and stores it. Returns the tokens (L, K)
  # and which slots have ended: those that had, and those whose token is a stop token or the last that is allowed.
  def drawn(
        self, logits: Tensor, rows: Tensor, done: Tensor, n: Tensor, temperature: float, top_k: int, top_p: float,
        min_p: float, stops: Tensor, state: List[Tensor]
  ) -> Tuple[Tensor, Tensor]:
    tokens, log_probs, uniforms, = torch.slice(state, 0, 3)
    last = torch.size(uniforms, 0) - 1
    N = torch.size(uniforms, 1)
    # A slot that has ended draws for the last row, which serves no completion.
    row = torch.masked_fill(rows, done, last)
    place = torch.flatten(row * N + torch.clamp_max(n, N - 1))
    uniform = torch.reshape(torch.take(uniforms, place), torch.size(rows))
    token, log_prob, = self.draw(logits, uniform, temperature, top_k, top_p, min_p)
    _1 = torch.index_copy_(torch.view(tokens, [-1]), 0, place, torch.flatten(token))
    _2 = torch.index_copy_(torch.view(log_probs, [-1]), 0, place, torch.to(torch.flatten(log_prob), 6))
    ended = torch.logical_or(torch.logical_or(done, torch.isin(token, stops)), torch.ge(n + 1, N))
    return (token, ended)

  # How many completions go on.
  def live(self, state: List[Tensor]) -> int:
    return int(torch.sum(torch.logical_not(state[4])))

  # Begins the completions of new lanes beside those in flight and draws their first tokens. lanes (L') gives each lane's prompt
  # among those read, of at most P tokens; rows (L', K) gives the slots' rows, the last row for empty slots. Of the prompts read,
  # those in still are kept. Returns how many completions go on.
  def admit(
        self, at: List[int], state: List[Tensor], prompt_keys: List[Tensor], prompt_values: List[Tensor],
        own_keys: List[Tensor], own_values: List[Tensor], read: List[Tensor], read_keys: List[Tensor],
        read_values: List[Tensor], lanes: Tensor, rows: Tensor, still: Tensor, P: int, temperature: float, top_k: int,
        top_p: float, min_p: float, stops: Tensor, w: List[Tensor]
  ) -> int:
    L = torch.size(rows, 0)
    K = torch.size(rows, 1)
    N = torch.size(state[2], 1)
    J = torch.size(read_keys[0], 1)
    D = torch.size(read_keys[0], 3)
    widest = P
    columns = min(N, 64)
    if torch.size(state[3], 0) > 0:
      widest = max(P, torch.size(prompt_keys[0], 2))
      columns = torch.size(own_keys[0], 3)
      at[2] = 1
    else:
      at[1] = at[0]
      at[2] = 0
    first, lengths, = read
    logits = torch.expand(torch.unsqueeze(torch.index_select(first, 0, lanes), 1), [L, K, -1])
    empty = torch.eq(rows, torch.size(state[2], 0) - 1)
    number = self.zeros([1, 1], 4, w[0])
    token, done, = self.drawn(logits, rows, empty, number, temperature, top_k, top_p, min_p, stops, state)
    state[3] = self.beside(state[3], torch.clone(rows))
    state[4] = self.beside(state[4], done)
    state[5] = self.beside(state[5], torch.full_like(lanes, at[0]))
    state[6] = self.beside(state[6], torch.index_select(lengths, 0, lanes))
    state[7] = self.padding(state[6], widest, w[0])
    state[8] = self.beside(state[8], token)
    for layer in range(self.layers(w)):
      keys = self.padded(torch.index_select(torch.slice(read_keys[layer], 2, 0, P), 0, lanes), widest)
      values = self.padded(torch.index_select(torch.slice(read_values[layer], 2, 0, P), 0, lanes), widest)
      # Long prompts' keys and values are most of sampling's memory, so they are never held twice.
      read_keys[layer] = torch.index_select(read_keys[layer], 0, still)
      read_values[layer] = torch.index_select(read_values[layer], 0, still)
      prompt_keys[layer] = self.beside(self.padded(prompt_keys[layer], widest), keys)
      prompt_values[layer] = self.beside(self.padded(prompt_values[layer], widest), values)
      own_keys[layer] = self.beside(own_keys[layer], self.room(at[2], [L, J, K, columns, D], w[0]))
      own_values[layer] = self.beside(own_values[layer], self.room(at[2], [L, J, K, columns, D], w[0]))
    read[0] = torch.index_select(first, 0, still)
    read[1] = torch.index_select(lengths, 0, still)
    return self.live(state)

  # Appends the new lanes' tensor to that of the lanes in flight.
  def beside(self, some: Tensor, more: Tensor) -> Tensor:
    if torch.size(some, 0) > 0:
      y = torch.cat([some, more])
    else:
      y = more
    return y

  # Pads keys or values (L, J, p, D) of prompts to P tokens; returns them unchanged if there are no lanes.
  def padded(self, x: Tensor, P: int) -> Tensor:
    if torch.size(x, 0) > 0 and torch.size(x, 2) < P:
      y = torch.constant_pad_nd(x, [0, 0, 0, P - torch.size(x, 2)])
    else:
      y = x
    return y

  # The mask (L, 1, 1, P) that hides the padding after prompts of these lengths (L).
  def padding(self, lengths: Tensor, P: int, like: Tensor) -> Tensor:
    outside = torch.ge(torch.unsqueeze(self.counted(0, P, like), 0), torch.unsqueeze(lengths, 1))
    open = self.zeros([torch.size(lengths, 0), P], ops.prim.dtype(like), like)
    return torch.reshape(torch.masked_fill(open, outside, -inf), [-1, 1, 1, P])

  # Room for keys or values. With hidden columns it holds zeros: columns that are never written are masked, but NaN would pass
  # the mask.
  def room(self, hidden: int, shape: List[int], like: Tensor) -> Tensor:
    if hidden == 1:
      y = self.zeros(shape, ops.prim.dtype(like), like)
    else:
      y = self.empty(shape, ops.prim.dtype(like), like)
    return y

  # Keeps only some of the lanes in flight, lanes (L'), with P tokens of their prompts, and only some slots in them, slots
  # (L', K'), each numbered l * K + k. rows (L', K') are the kept slots' rows, the last row for empty slots. A lane or slot may be
  # named more than once. Columns older than all of the lanes are dropped.
  def keep(
        self, at: List[int], state: List[Tensor], prompt_keys: List[Tensor], prompt_values: List[Tensor],
        own_keys: List[Tensor], own_values: List[Tensor], lanes: Tensor, slots: Tensor, rows: Tensor, P: int,
        w: List[Tensor]
  ) -> NoneType:
    births = torch.index_select(state[5], 0, lanes)
    if torch.numel(births) > 0:
      oldest = int(torch.amin(births, [0]))
      at[2] = 0
      if int(torch.amax(births, [0])) > oldest:
        at[2] = 1
    else:
      oldest = at[0]
    from_column = oldest - at[1]
    at[1] = oldest
    for layer in range(self.layers(w)):
      prompt_keys[layer] = torch.index_select(torch.slice(prompt_keys[layer], 2, 0, P), 0, lanes)
      prompt_values[layer] = torch.index_select(torch.slice(prompt_values[layer], 2, 0, P), 0, lanes)
      own_keys[layer] = self.pack(torch.slice(own_keys[layer], 3, from_column), slots)
      own_values[layer] = self.pack(torch.slice(own_values[layer], 3, from_column), slots)
    state[3] = torch.clone(rows)
    state[4] = torch.eq(rows, torch.size(state[2], 0) - 1)
    state[5] = births
    state[6] = torch.index_select(state[6], 0, lanes)
    state[7] = torch.index_select(torch.slice(state[7], 3, 0, P), 0, lanes)
    state[8] = torch.reshape(torch.index_select(torch.flatten(state[8]), 0, torch.flatten(slots)), torch.size(rows))
    return None

  # The named slots (L', K') of a cache (L, J, K, N, D), arranged as lanes of slots again.
  def pack(self, cache: Tensor, slots: Tensor) -> Tensor:
    by_slot = torch.flatten(torch.transpose(cache, 1, 2), 0, 1)
    kept = torch.index_select(by_slot, 0, torch.flatten(slots))
    return torch.contiguous(torch.transpose(torch.unflatten(kept, 0, torch.size(slots)), 1, 2))

  # Computes with the last tokens in flight and draws the next ones. Returns how many completions go on. Tokens after a stop
  # token have no meaning.
  def advance(
        self, at: List[int], state: List[Tensor], prompt_keys: List[Tensor], prompt_values: List[Tensor],
        own_keys: List[Tensor], own_values: List[Tensor], temperature: float, top_k: int, top_p: float, min_p: float,
        stops: Tensor, packed: List[Tensor], biases: List[Optional[Tensor]], adapters: List[Tensor], w: List[Tensor],
        cos: Tensor, sin: Tensor, eps: float
  ) -> int:
    if at[0] - at[1] >= torch.size(own_keys[0], 3):
      self.make_room(at, state, own_keys, own_values, w)
    births = state[5]
    # In lanes that have ended it would exceed the positions.
    n = torch.clamp_max(torch.rsub(births, at[0]), torch.size(state[2], 1) - 1)
    own_mask = annotate(Optional[Tensor], None)
    if at[2] == 1:
      time = torch.unsqueeze(self.counted(at[1], at[0] + 1, births), 0)
      earlier = torch.lt(time, torch.unsqueeze(births, 1))
      open = self.zeros(torch.size(earlier), ops.prim.dtype(w[0]), births)
      own_mask = torch.reshape(torch.masked_fill(open, earlier, -inf), [torch.size(births, 0), 1, 1, -1])
    logits = self.step(
      state[8], state[6] + n, at[0] - at[1], prompt_keys, prompt_values, state[7], own_keys, own_values, own_mask,
      w, packed, biases, adapters, cos, sin, eps)
    number = torch.unsqueeze(n + 1, 1)
    token, done, = self.drawn(logits, state[3], state[4], number, temperature, top_k, top_p, min_p, stops, state)
    state[4] = done
    state[8] = token
    at[0] = at[0] + 1
    return self.live(state)

  # Makes room for further tokens in the slots' own caches: drops the columns older than every completion that goes on and grows
  # the rest by half, so that memory follows the number of tokens.
  def make_room(
        self, at: List[int], state: List[Tensor], own_keys: List[Tensor], own_values: List[Tensor], w: List[Tensor]
  ) -> NoneType:
    ended = torch.all(state[4], 1)
    oldest = int(torch.amin(torch.masked_fill(state[5], ended, at[0]), [0]))
    N = torch.size(state[2], 1)
    for layer in range(self.layers(w)):
      own_keys[layer] = self.longer(torch.slice(own_keys[layer], 3, oldest - at[1]), N)
      own_values[layer] = self.longer(torch.slice(own_values[layer], 3, oldest - at[1]), N)
    at[1] = oldest
    return None

  # A cache (L, J, K, n, D) with room for half as many tokens again, at least 64 and at most N.
  def longer(self, cache: Tensor, N: int) -> Tensor:
    L, J, K, n, D, = torch.size(cache)
    room = min(N, max(64, n + n // 2))
    grown = self.empty([L, J, K, room, D], ops.prim.dtype(cache), cache)
    _5 = torch.copy_(torch.slice(grown, 3, 0, n), cache)
    return grown

  # Ends the completions of these rows, for reasons outside this program. Returns how many completions go on.
  def finish(self, rows: Tensor, state: List[Tensor]) -> int:
    state[4] = torch.logical_or(state[4], torch.isin(state[3], rows))
    return self.live(state)

  # ---- Learning ----

  # How many rows of logits are computed at a time, so that their (rows, V) numbers stay in the processor's cache. At least 128,
  # since every block passes over the gradient of the whole table once.
  def block(self, table: Tensor) -> int:
    return max(128, 1 + 2097152 // torch.size(table, 0))

  # Log-probabilities (rows, V) of every token after some rows of the hidden states (M, E), at a temperature.
  def all_log_probs(self, some: Tensor, table: Tensor, temperature: float) -> Tensor:
    logits = self.wide(torch.linear(some, table))
    if temperature != 1.:
      logits = torch.div_(logits, temperature)
    return torch.log_softmax(logits, -1)

  # Log-probabilities (M) of the targets that follow the positions named by rows.
  def log_probs(
        self, ids: Tensor, rows: Tensor, targets: Tensor, temperature: float, w: List[Tensor], adapters: List[Tensor],
        scale: float, cos: Tensor, sin: Tensor, eps: float
  ) -> Tensor:
    x, keys, values, = self.read(ids, w, adapters, scale, cos, sin, eps)
    h = self.norm(torch.index_select(torch.flatten(x, 0, 1), 0, rows), self.last_norm(w), eps)
    table = self.head(w)
    found = annotate(List[Tensor], [])
    M = torch.size(rows, 0)
    block = self.block(table)
    for i in range((M + block - 1) // block):
      all = self.all_log_probs(torch.slice(h, 0, i * block, (i + 1) * block), table, temperature)
      target = torch.unsqueeze(torch.slice(targets, 0, i * block, (i + 1) * block), 1)
      found.append(torch.squeeze(torch.gather(all, 1, target), 1))
    return torch.cat(found)

  # Each token's DrGRPO term, Oat's shape: max(-A r, -A clip(r)) with r = exp(new - old), times the truncated importance
  # weight min(exp(old - sampler), C).
  def policy_terms(
        self, new: Tensor, old: Tensor, sampler: Tensor, advantage: Tensor, clip: float, truncation: float
  ) -> Tensor:
    ratio = torch.exp(new - old)
    surrogate = torch.maximum(-advantage * ratio, -advantage * torch.clamp(ratio, 1. - clip, 1. + clip))
    return surrogate * torch.clamp_max(torch.exp(old - sampler), truncation)

  # The tensors of a list that are not empty.
  def present(self, some: List[Tensor]) -> List[Tensor]:
    found = annotate(List[Tensor], [])
    for tensor in some:
      if torch.numel(tensor) > 0:
        found.append(tensor)
    return found

  def fixed(self, some: List[Tensor]) -> List[Tensor]:
    found = annotate(List[Tensor], [])
    for tensor in some:
      found.append(torch.detach(tensor))
    return found

  # The forward pass of learning. Returns the hidden states of whole sequences, and the tensors that back needs: none if the graph
  # begins at the tensors that learn; the embedded tokens if it begins there; with recompute every layer's input and the last
  # layer's output, without a graph.
  def forth(
        self, ids: Tensor, w: List[Tensor], adapters: List[Tensor], scale: float, cos: Tensor, sin: Tensor, eps: float,
        recompute: int
  ) -> Tuple[Tensor, List[Tensor]]:
    kept = annotate(List[Tensor], [])
    c = torch.slice(cos, 0, 0, torch.size(ids, 1))
    s = torch.slice(sin, 0, 0, torch.size(ids, 1))
    if recompute == 1:
      fixed = self.fixed(w)
      fixed_adapters = self.fixed(adapters)
      x = torch.embedding(fixed[0], ids)
      for layer in range(self.layers(w)):
        kept.append(x)
        x, k, v, = self.layer(x, layer, fixed, fixed_adapters, scale, c, s, eps)
      x = torch.requires_grad_(x, True)
      kept.append(x)
    elif ops.prim.dtype(w[0]) == 15 and torch.len(adapters) == 0:
      x = torch.requires_grad_(torch.detach(torch.embedding(w[0], ids)), True)
      kept.append(x)
      for layer in range(self.layers(w)):
        x, k, v, = self.layer(x, layer, w, adapters, scale, c, s, eps)
    else:
      x, keys, values, = self.read(ids, w, adapters, scale, cos, sin, eps)
    return (x, kept)

  # The backward pass of learning, from h, the hidden states after the last norm, and their gradient on_h. Adds to the gradients of
  # the adapters if there are any, else of the weights. With recompute, and for bfloat16 weights, the embedding's gradient is
  # added token by token in the gradients' own type: a sum of the same token's gradients in bfloat16 stops growing after a few
  # hundred.
  def back(
        self, h: Tensor, on_h: Tensor, ids: Tensor, kept: List[Tensor], w: List[Tensor], adapters: List[Tensor],
        gradients: List[Tensor], scale: float, cos: Tensor, sin: Tensor, eps: float
  ) -> NoneType:
    last = 1 + self.layer_size * self.layers(w)
    adapts = torch.len(adapters) > 0
    if torch.len(kept) == 0 and adapts:
      self.add(self.present(gradients), self.derivatives(h, self.present(adapters), on_h))
    elif torch.len(kept) == 0:
      self.add(torch.slice(gradients, 0, last + 1), self.derivatives(h, torch.slice(w, 0, last + 1), on_h))
    elif torch.len(kept) == 1:
      found = self.derivatives(h, kept + torch.slice(w, 1, last + 1), on_h)
      self.add(torch.slice(gradients, 1, last + 1), torch.slice(found, 1))
      self.add_embedded(gradients[0], ids, found[0])
    else:
      c = torch.slice(cos, 0, 0, torch.size(ids, 1))
      s = torch.slice(sin, 0, 0, torch.size(ids, 1))
      if adapts:
        on_x = self.derivatives(h, [kept[-1]], on_h)[0]
      else:
        found = self.derivatives(h, [kept[-1], w[last]], on_h)
        self.add([gradients[last]], torch.slice(found, 1))
        on_x = found[0]
      for i in range(self.layers(w)):
        layer = self.layers(w) - 1 - i
        o = 1 + self.layer_size * layer
        if adapts:
          through = self.present(torch.slice(adapters, 14 * layer, 14 * layer + 14))
          into = self.present(torch.slice(gradients, 14 * layer, 14 * layer + 14))
        else:
          through = torch.slice(w, o, o + self.layer_size)
          into = torch.slice(gradients, o, o + self.layer_size)
        _1 = torch.pop(kept)
        x = torch.requires_grad_(torch.detach(kept[-1]), True)
        y, k, v, = self.layer(x, layer, w, adapters, scale, c, s, eps)
        found = self.derivatives(y, [x] + through, on_x)
        self.add(into, torch.slice(found, 1))
        on_x = found[0]
      if not adapts:
        self.add_embedded(gradients[0], ids, on_x)
    return None

  def add_embedded(self, gradient: Tensor, ids: Tensor, on_x: Tensor) -> NoneType:
    _1 = torch.index_add_(gradient, 0, torch.flatten(ids), torch.to(torch.flatten(on_x, 0, 1), ops.prim.dtype(gradient)))
    return None

  # The derivatives of the loss by some tensors, given on_y, its derivative by y.
  def derivatives(self, y: Tensor, by: List[Tensor], on_y: Tensor) -> List[Tensor]:
    found = annotate(List[Tensor], [])
    for g in torch.grad([y], by, annotate(List[Optional[Tensor]], [on_y]), False, False, False):
      found.append(unchecked_cast(Tensor, g))
    return found

  # The backward pass of the head for some rows. g (rows, 1) is the loss's derivative by the targets' log-probabilities, divided by
  # the temperature; p (rows, V) are the probabilities, which are overwritten. The loss's derivative by the logits is g times
  # (one-hot target minus p), so no graph has to hold the logits. Adds to the table's gradient unless that is empty; returns the
  # hidden states' gradient.
  def head_back(self, p: Tensor, g: Tensor, target: Tensor, some: Tensor, table: Tensor, on_table: Tensor) -> Tensor:
    by_logits = self.like(torch.scatter_add_(torch.mul_(p, -g), 1, target, g), table)
    if torch.numel(on_table) == 0:
      pass
    elif ops.prim.dtype(table) == 15:
      _1 = torch.add_(on_table, torch.mm(torch.t(by_logits), some))
    else:
      _1 = torch.addmm_(on_table, torch.t(by_logits), some)
    return torch.mm(by_logits, table)

  # The head's gradient; an empty tensor if adapters learn.
  def on_head(self, adapters: List[Tensor], gradients: List[Tensor]) -> Tensor:
    if torch.len(adapters) > 0:
      found = self.empty([0], 6, gradients[0])
    else:
      found = self.head(gradients)
    return found

  # Adds the gradients of one micro-batch to the given ones. per_token (4, M): old and sampler's
  # log-probabilities, advantage, share in the loss (sequence weight / divisor). Returns in float64: loss, clipped
  # tokens, truncated tokens, sum of entropies, sum of |old - sampler|. If first is 1, the weights have not
  # moved yet, and this pass's own log-probabilities are the old ones. If recompute is 1, the backward pass computes each layer
  # again, so that activations are held for one layer at a time.
  def add_policy_gradients(
        self, ids: Tensor, rows: Tensor, targets: Tensor, per_token: Tensor, first: int, clip: float,
        truncation: float, temperature: float, recompute: int, w: List[Tensor], adapters: List[Tensor],
        gradients: List[Tensor], scale: float, cos: Tensor, sin: Tensor, eps: float
  ) -> Tensor:
    x, kept, = self.forth(ids, w, adapters, scale, cos, sin, eps, recompute)
    h = self.norm(torch.index_select(torch.flatten(x, 0, 1), 0, rows), self.last_norm(w), eps)
    fixed = torch.detach(h)
    table = torch.detach(self.head(w))
    on_table = self.on_head(adapters, gradients)
    on_h = torch.empty_like(fixed)
    sums = self.zeros([5], 7, x)
    M = torch.size(rows, 0)
    block = self.block(table)
    for i in range((M + block - 1) // block):
      begin = i * block
      end = begin + block
      some = torch.slice(fixed, 0, begin, end)
      target = torch.unsqueeze(torch.slice(targets, 0, begin, end), 1)
      old, sampler, advantage, share, = torch.unbind(torch.slice(per_token, 1, begin, end), 0)
      all = self.all_log_probs(some, table, temperature)
      new = torch.requires_grad_(torch.squeeze(torch.gather(all, 1, target), 1), True)
      if first == 1:
        old = torch.detach(new)
      terms = self.policy_terms(new, old, sampler, advantage, clip, truncation)
      loss = torch.sum(terms * share)
      by_new = torch.grad([loss], [new], None, False, False, False)
      g = torch.unsqueeze(unchecked_cast(Tensor, by_new[0]) / temperature, 1)
      p = torch.exp(all)
      entropies = torch.sum(torch.mul_(all, p), [-1])
      _2 = torch.copy_(torch.slice(on_h, 0, begin, end), self.head_back(p, g, target, some, table, on_table))
      fixed_new = torch.detach(new)
      ratio = torch.exp(fixed_new - old)
      clipped = torch.gt(-advantage * torch.clamp(ratio, 1. - clip, 1. + clip), -advantage * ratio)
      truncated = torch.gt(torch.exp(old - sampler), truncation)
      distance = torch.sum(torch.abs(old - sampler), dtype=7)
      counts = [torch.to(torch.sum(clipped), 7), torch.to(torch.sum(truncated), 7)]
      entropy = -torch.sum(entropies, dtype=7)
      _3 = torch.add_(sums, torch.stack([torch.to(torch.detach(loss), 7), counts[0], counts[1], entropy, distance]))
    self.back(h, on_h, ids, kept, w, adapters, gradients, scale, cos, sin, eps)
    return sums

  # Adds the gradients of one micro-batch of supervised learning to the given ones. Returns the loss in float64: the sum of the
  # targets' negative log-probabilities times share.
  def add_imitation_gradients(
        self, ids: Tensor, rows: Tensor, targets: Tensor, share: float, recompute: int, w: List[Tensor],
        adapters: List[Tensor], gradients: List[Tensor], scale: float, cos: Tensor, sin: Tensor, eps: float
  ) -> Tensor:
    x, kept, = self.forth(ids, w, adapters, scale, cos, sin, eps, recompute)
    h = self.norm(torch.index_select(torch.flatten(x, 0, 1), 0, rows), self.last_norm(w), eps)
    fixed = torch.detach(h)
    table = torch.detach(self.head(w))
    on_table = self.on_head(adapters, gradients)
    on_h = torch.empty_like(fixed)
    loss = self.zeros(annotate(List[int], []), 7, x)
    M = torch.size(rows, 0)
    block = self.block(table)
    for i in range((M + block - 1) // block):
      begin = i * block
      end = begin + block
      some = torch.slice(fixed, 0, begin, end)
      target = torch.unsqueeze(torch.slice(targets, 0, begin, end), 1)
      all = self.all_log_probs(some, table, 1.)
      new = torch.gather(all, 1, target)
      _1 = torch.sub_(loss, torch.sum(new, dtype=7) * share)
      g = torch.full_like(new, -share)
      _2 = torch.copy_(torch.slice(on_h, 0, begin, end), self.head_back(torch.exp_(all), g, target, some, table, on_table))
    self.back(h, on_h, ids, kept, w, adapters, gradients, scale, cos, sin, eps)
    return loss

  def clear(self, gradients: List[Tensor]) -> NoneType:
    torch._foreach_zero_(gradients)
    return None

  # Adds others to gradients; they may be on another device and of another type.
  def add(self, gradients: List[Tensor], others: List[Tensor]) -> NoneType:
    for i in range(len(others)):
      _1 = torch.add_(gradients[i], torch.to(others[i], ops.prim.device(gradients[i]), ops.prim.dtype(gradients[i])))
    return None

  def gradient_norm(self, gradients: List[Tensor]) -> Tensor:
    return torch.to(torch.linalg_vector_norm(torch.stack(torch._foreach_norm(gradients, 2)), 2), 7)

  # One AdamW step on w. Multiplies the gradients by scale first.
  def adamw(
        self, w: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor],
        steps: List[Tensor], scale: float, rate: float, beta1: float, beta2: float, epsilon: float, decay: float
  ) -> NoneType:
    torch._foreach_mul_(gradients, scale)
    torch._foreach_add_(steps, 1)
    torch._fused_adamw_(
      w, gradients, first, second, annotate(List[Tensor], []), steps, lr=rate, beta1=beta1, beta2=beta2,
      weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False)
    return None

  # Copies others into some tensors, which may be on another device and of another type; rounds if needed.
  def copy(self, some: List[Tensor], others: List[Tensor]) -> NoneType:
    torch._foreach_copy_(some, others)
    return None

  # A float32 copy on the device of here.
  def master(self, x: Tensor, here: Tensor) -> Tensor:
    return torch.to(torch.detach(x), ops.prim.device(here), 6, False, True)

  # ---- New tensors, on the device of another one. Everything else makes its tensors by these or from others. ----

  # An uninitialised tensor.
  def empty(self, shape: List[int], dtype: int, here: Tensor) -> Tensor:
    return torch.empty(shape, dtype=dtype, device=ops.prim.device(here))

  def zeros(self, shape: List[int], dtype: int, here: Tensor) -> Tensor:
    return torch.zeros(shape, dtype=dtype, device=ops.prim.device(here))

  # The whole numbers from begin to the one before end.
  def counted(self, begin: int, end: int, here: Tensor) -> Tensor:
    return torch.arange(begin, end, device=ops.prim.device(here))

  # ---- To and from Java, a part of a tensor at a time; numbers are counted row by row ----

  # Writes values into x from number begin on, rounded to x's type.
  def put(self, x: Tensor, begin: int, values: Tensor) -> NoneType:
    _1 = torch.copy_(torch.slice(torch.view(x, [-1]), 0, begin, begin + torch.numel(values)), values)
    return None

  # The numbers from begin to end, in float32.
  def part(self, x: Tensor, begin: int, end: int) -> Tensor:
    return self.to_float32(torch.slice(torch.view(torch.detach(x), [-1]), 0, begin, end))

  # The numbers from begin to end of a matrix with its adapters merged into it, in float32; whole rows.
  def merged(self, weight: Tensor, a: Tensor, b: Tensor, scale: float, begin: int, end: int) -> Tensor:
    width = torch.size(weight, 1)
    some = torch.slice(b, 0, begin // width, end // width)
    product = torch.flatten(torch.mm(self.to_float32(some), self.to_float32(a)))
    return torch.add(self.part(weight, begin, end), torch.mul_(product, scale))

  def to_float32(self, x: Tensor) -> Tensor:
    return torch.to(torch.detach(x), 6)
