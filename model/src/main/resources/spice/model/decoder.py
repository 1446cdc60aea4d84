# A Qwen3, Qwen2 or Llama decoder: sampling with a cache, losses with gradients, AdamW.
#
# TorchScript in the form of a saved module, compiled by libtorch when the program is opened. Only operators of libtorch
# itself are possible; there is no Python. Sizes are read from the tensors, so one text serves every config.
#
# B sequences, T tokens of a sequence, E width of the model, H heads, J heads of keys and values, R = H / J, D width of
# a head, V vocabulary. When sampling, L lanes of K slots: a lane is a prompt, its slots are completions of that prompt.
#
# Types are numbers here: 3 int32, 4 int64, 6 float32, 7 float64, 15 bfloat16.
#
# With weights in bfloat16 the matrices are multiplied, and what goes from layer to layer is kept, in bfloat16. Norms, rotation,
# softmax and losses are computed in float32, and so are the tables of angles. wide and like say where; both give back what
# they are given where the weights are float32 or float64.
#
# Weights, in this order (Hugging Face names in WeightTable.java): embedding; for each layer input norm, q, k, v, o, the
# norms of q and k if there are any, second norm, gate, up, down, then what biases there are, of q, k, v, o, gate, up, down;
# last norm; the output head unless it is tied to the embedding.
#
# Adapters (LoRA), where there are any: two for each of q, k, v, o, gate, up, down of each layer, A and B, both empty for what
# is not adapted. They learn then, and the weights stay as they are.
class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  # How many weights a layer has, and which place the second norm has among them.
  layer_size : int
  second_norm : int
  # Whether queries and keys are normed.
  qk_norm : bool
  # How many places behind its weight a bias stands; 0 where there is none. q, k and v are alike, and gate, up and down.
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

  # The weight that stands in a place, and its bias so many places behind it, on x.
  def linear(self, x: Tensor, w: List[Tensor], place: int, bias: int) -> Tensor:
    if bias > 0:
      y = torch.linear(x, w[place], w[place + bias])
    else:
      y = torch.linear(x, w[place])
    return y

  # The same, plus what the adapters at place a add: scale * x A^T B^T, with A (rank, in) and B (out, rank). Empty ones, or
  # none at all, add nothing.
  def adapted(
        self, x: Tensor, w: List[Tensor], place: int, bias: int, adapters: List[Tensor], a: int, scale: float
  ) -> Tensor:
    y = self.linear(x, w, place, bias)
    if torch.len(adapters) > 0:
      if torch.numel(adapters[a]) > 0:
        y = y + torch.linear(torch.linear(x, adapters[a]), adapters[a + 1]) * scale
    return y

  def feed_forward(
        self, x: Tensor, w: List[Tensor], o: int, adapters: List[Tensor], a: int, scale: float, eps: float
  ) -> Tensor:
    n = o + self.second_norm
    h = self.norm(x, w[n], eps)
    gate = self.adapted(h, w, n + 1, self.mlp_bias, adapters, a + 8, scale)
    gated = torch.silu(gate) * self.adapted(h, w, n + 2, self.mlp_bias, adapters, a + 10, scale)
    return x + self.adapted(gated, w, n + 3, self.mlp_bias, adapters, a + 12, scale)

  # Keys or values (B, J, T, D) for each of the J * R heads that share them. libtorch's attention could share them by itself, but
  # on the processor it then holds all scores (B, H, T, T) and takes up to twice the time.
  def repeated(self, x: Tensor, R: int) -> Tensor:
    if R > 1:
      y = torch.repeat_interleave(x, R, 1)
    else:
      y = x
    return y

  # A layer on whole sequences x (B, T, E); with its keys and values (B, J, T, D).
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

  # Whole sequences, each from its first token: the hidden states (B, T, E) before the last norm, and every layer's
  # keys and values (B, J, T, D). Shorter sequences are padded on the right, where no real token looks.
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
  def logits(self, ids: Tensor, rows: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, eps: float) -> Tensor:
    x, keys, values, = self.read(ids, w, annotate(List[Tensor], []), 0., cos, sin, eps)
    h = torch.index_select(torch.flatten(x, 0, 1), 0, rows)
    return torch.linear(self.norm(h, self.last_norm(w), eps), self.head(w))

  # ---- Sampling ----

  # A head's halves exchanged, the second negated: what the sines multiply in rotate. Along the rows of a weight (H * D,
  # E), and of its bias, it gives a weight that yields the exchanged heads at once.
  def exchanged(self, weight: Tensor, D: int) -> Tensor:
    a, b, = torch.chunk(torch.unflatten(weight, 0, [-1, D]), 2, 1)
    return torch.flatten(torch.cat([-b, a], 1), 0, 1)

  # A matrix of weights as product and add_product take it. oneDNN's own layout spares what MKL does at every call, and
  # pays where a matrix is large; what a call of oneDNN costs by itself is more than that for a small one. The layout is that
  # for a shard of usual size, whatever the shard, so that all of them multiply alike. For bfloat16 it has one where the
  # processor has instructions for it.
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

  # The biases as step wants them, four per layer: of queries, keys, both exchanged, and values; of the output; of gate and
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

  # A matrix with the weights of the norm before it multiplied into it. Not in bfloat16, where that would round a second time.
  def joined(self, weight: Tensor, norm: Tensor) -> Tensor:
    if ops.prim.dtype(weight) == 15:
      y = weight
    else:
      y = weight * norm
    return y

  # The weights and biases as step wants them, which every shard uses.
  def pack_all(self, w: List[Tensor], D: int) -> Tuple[List[Tensor], List[Optional[Tensor]]]:
    return (self.pack_weights(w, D), self.pack_biases(w, D))

  # The weights as step wants them, six per layer: one matrix for queries, keys, both exchanged, and values; what the
  # cosines of queries and keys are multiplied by (H + J, D); the same for the sines; the output matrix; one matrix for
  # gate and up; the down matrix. The norms' weights are multiplied into what follows them. Last, the head.
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
        on_q = self.wide(torch.ones([D], dtype=ops.prim.dtype(w[o]), device=ops.prim.device(w[o])))
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

  # What goes into a matrix that the norm's weights are joined to.
  def sized(self, x: Tensor, norm: Tensor, eps: float) -> Tensor:
    if ops.prim.dtype(x) == 15:
      y = self.norm(x, norm, eps)
    else:
      y = x * self.inverse_size(x, eps)
    return y

  # One new token in every slot. tokens (L, K); positions (L), the same for the slots of a lane. Every layer attends to
  # the lane's prompt, read once and shared by its slots (L, J, P, D), and to the slot's own tokens (L, J, K, N, D), of
  # which this call writes number i. own_mask (L, 1, 1, i + 1) hides what stands there from before the lane's time; None where
  # nothing does. Returns the logits (L, K, V).
  def step(
        self, tokens: Tensor, positions: Tensor, i: int, prompt_keys: List[Tensor], prompt_values: List[Tensor],
        prompt_mask: Tensor, own_keys: List[Tensor], own_values: List[Tensor], own_mask: Optional[Tensor], w: List[Tensor],
        packed: List[Tensor], biases: List[Optional[Tensor]], cos: Tensor, sin: Tensor, eps: float
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
      projected = self.product(self.sized(x, w[first], eps), packed[o], biases[b])
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
      a = torch.add_(torch.reshape(from_prompt, [L, J, K, R, D]), from_own)
      x = self.add_product(x, torch.reshape(torch.transpose(a, 1, 2), [L * K, -1]), packed[o + 3], biases[b + 1])
      inside = self.product(self.sized(x, w[first + self.second_norm], eps), packed[o + 4], biases[b + 2])
      gate, up, = torch.chunk(inside, 2, -1)
      x = self.add_product(x, torch.mul_(torch.silu_(gate), up), packed[o + 5], biases[b + 3])
    h = self.norm(x, self.last_norm(w), eps)
    return torch.reshape(self.product(h, packed[-1], None), [L, K, -1])

  # A token and its log-probability from logits (.., V) and one uniform number in [0, 1) each: the first token at which
  # the cumulative probability exceeds the number. Sums in float64, so that rounding moves no token by more than 1e-15.
  # The log-probability is that of the distribution drawn from, tokens left out included.
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

  # The distribution without its unlikely tokens, one rule after the other: all but the top_k most likely (0: none); all
  # but the most likely that together reach top_p (1: none; Holtzman et al. 2020); all below min_p times the most likely (0:
  # none). What ties with the last one kept is kept.
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

  # What is in flight is a list, state, and the caches, which admit, keep, advance and finish change in place:
  # 0 tokens drawn (rows + 1, N), a row for each completion of the shard, and a last one for slots that serve none
  # 1 their log-probabilities
  # 2 uniform numbers (rows + 1, N), one for each
  # 3 rows (L, K) of the slots
  # 4 slots (L, K) whose completion has ended
  # 5 births (L): at which time a lane was begun
  # 6 lengths (L) of the lanes' prompts
  # 7 mask (L, 1, 1, P) of their padding
  # 8 the slots' last tokens (L, K)
  # No tensor of Java's is kept in it but uniforms, which is there until the shard is drawn: others are gone after a call.
  # And at, three numbers: the time, which is how often advance was called; the time that the first column of the slots' own
  # caches belongs to; whether those of a lane begin with columns from before its birth (1 or 0).

  # Begins a shard with nothing in flight: at, state, and the caches of the prompts' keys and values and of the slots' own.
  def begin(
        self, uniforms: Tensor, w: List[Tensor]
  ) -> Tuple[List[int], List[Tensor], List[Tensor], List[Tensor], List[Tensor], List[Tensor]]:
    on = ops.prim.device(w[0])
    tokens = torch.zeros(torch.size(uniforms), dtype=4, device=on)
    log_probs = torch.zeros(torch.size(uniforms), dtype=6, device=on)
    none = torch.empty([0, 0], dtype=4, device=on)
    state = [tokens, log_probs, uniforms, none, none, none, none, none, none]
    return ([0, 0, 0], state, self.blank(w), self.blank(w), self.blank(w), self.blank(w))

  # An empty tensor for each layer.
  def blank(self, w: List[Tensor]) -> List[Tensor]:
    tensors = annotate(List[Tensor], [])
    for layer in range(self.layers(w)):
      tensors.append(torch.empty([0], device=ops.prim.device(w[0])))
    return tensors

  # Reads prompts (G, P), padded on the right, of such lengths (G), for admit: the logits (G, V) of each one's first new token,
  # the lengths, and every layer's keys and values (G, J, P, D).
  def read_prompts(
        self, prompts: Tensor, lengths: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, eps: float
  ) -> Tuple[List[Tensor], List[Tensor], List[Tensor]]:
    x, keys, values, = self.read(prompts, w, annotate(List[Tensor], []), 0., cos, sin, eps)
    ends = torch.arange(torch.size(prompts, 0), device=ops.prim.device(x)) * torch.size(prompts, 1) + lengths - 1
    h = torch.index_select(torch.flatten(x, 0, 1), 0, ends)
    first = torch.linear(self.norm(h, self.last_norm(w), eps), self.head(w))
    return ([first, torch.clone(lengths)], keys, values)

  # Draws token number n (L or 1, 1) of the completions in some slots with these rows, and writes it down. Returns the tokens
  # (L, K) and which slots have ended: those that had, those whose token is one of the stop tokens or the last there may be.
  def drawn(
        self, logits: Tensor, rows: Tensor, done: Tensor, n: Tensor, temperature: float, top_k: int, top_p: float,
        min_p: float, stops: Tensor, state: List[Tensor]
  ) -> Tuple[Tensor, Tensor]:
    tokens, log_probs, uniforms, = torch.slice(state, 0, 3)
    last = torch.size(uniforms, 0) - 1
    N = torch.size(uniforms, 1)
    # What a slot draws after its end is nobody's.
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

  # Begins the completions of new lanes, beside what is in flight, and draws their first tokens. lanes (L') names each one's
  # prompt among those read, of P tokens at most; rows (L', K) its slots' rows, of which the last is an empty slot's. Of the
  # prompts read, those that still names remain. Returns how many completions go on.
  def admit(
        self, at: List[int], state: List[Tensor], prompt_keys: List[Tensor], prompt_values: List[Tensor],
        own_keys: List[Tensor], own_values: List[Tensor], read: List[Tensor], read_keys: List[Tensor],
        read_values: List[Tensor], lanes: Tensor, rows: Tensor, still: Tensor, P: int, temperature: float, top_k: int,
        top_p: float, min_p: float, stops: Tensor, w: List[Tensor]
  ) -> int:
    on = ops.prim.device(w[0])
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
    number = torch.zeros([1, 1], dtype=4, device=on)
    token, done, = self.drawn(logits, rows, empty, number, temperature, top_k, top_p, min_p, stops, state)
    state[3] = self.beside(state[3], torch.clone(rows))
    state[4] = self.beside(state[4], done)
    state[5] = self.beside(state[5], torch.full([L], at[0], dtype=4, device=on))
    state[6] = self.beside(state[6], torch.index_select(lengths, 0, lanes))
    state[7] = self.padding(state[6], widest, w[0])
    state[8] = self.beside(state[8], token)
    for layer in range(self.layers(w)):
      keys = self.padded(torch.index_select(torch.slice(read_keys[layer], 2, 0, P), 0, lanes), widest)
      values = self.padded(torch.index_select(torch.slice(read_values[layer], 2, 0, P), 0, lanes), widest)
      # Long prompts' keys and values are most of what sampling holds: not twice at any time.
      read_keys[layer] = torch.index_select(read_keys[layer], 0, still)
      read_values[layer] = torch.index_select(read_values[layer], 0, still)
      prompt_keys[layer] = self.beside(self.padded(prompt_keys[layer], widest), keys)
      prompt_values[layer] = self.beside(self.padded(prompt_values[layer], widest), values)
      own_keys[layer] = self.beside(own_keys[layer], self.room(at[2], [L, J, K, columns, D], w[0]))
      own_values[layer] = self.beside(own_values[layer], self.room(at[2], [L, J, K, columns, D], w[0]))
    read[0] = torch.index_select(first, 0, still)
    read[1] = torch.index_select(lengths, 0, still)
    return self.live(state)

  # Some lanes' part of what is in flight, with that of new lanes behind it.
  def beside(self, some: Tensor, more: Tensor) -> Tensor:
    if torch.size(some, 0) > 0:
      y = torch.cat([some, more])
    else:
      y = more
    return y

  # Keys or values (L, J, p, D) of prompts, up to P tokens; without lanes as they are.
  def padded(self, x: Tensor, P: int) -> Tensor:
    if torch.size(x, 0) > 0 and torch.size(x, 2) < P:
      y = torch.constant_pad_nd(x, [0, 0, 0, P - torch.size(x, 2)])
    else:
      y = x
    return y

  # What hides the tokens behind prompts of these lengths (L), up to P: (L, 1, 1, P).
  def padding(self, lengths: Tensor, P: int, like: Tensor) -> Tensor:
    outside = torch.ge(torch.unsqueeze(torch.arange(P, device=ops.prim.device(like)), 0), torch.unsqueeze(lengths, 1))
    open = torch.zeros([torch.size(lengths, 0), P], dtype=ops.prim.dtype(like), device=ops.prim.device(like))
    return torch.reshape(torch.masked_fill(open, outside, -inf), [-1, 1, 1, P])

  # Room for keys or values. What is never written is hidden, but has to be a number.
  def room(self, hidden: int, shape: List[int], like: Tensor) -> Tensor:
    if hidden == 1:
      y = torch.zeros(shape, dtype=ops.prim.dtype(like), device=ops.prim.device(like))
    else:
      y = torch.empty(shape, dtype=ops.prim.dtype(like), device=ops.prim.device(like))
    return y

  # Keeps, of what is in flight, the lanes that lanes (L') names, with P tokens of prompts, and in them the slots that slots
  # (L', K') names, l * K + k each; rows (L', K') are theirs now, of which the last is an empty slot's. A lane, and a slot, may
  # be named more than once. What is older than all of them is dropped.
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

  # The named slots (L', K') of a cache (L, J, K, N, D), as lanes of slots again.
  def pack(self, cache: Tensor, slots: Tensor) -> Tensor:
    by_slot = torch.flatten(torch.transpose(cache, 1, 2), 0, 1)
    kept = torch.index_select(by_slot, 0, torch.flatten(slots))
    return torch.contiguous(torch.transpose(torch.unflatten(kept, 0, torch.size(slots)), 1, 2))

  # Computes with the last tokens in flight and draws the next ones. Returns how many completions go on. What stands behind a
  # stop token means nothing.
  def advance(
        self, at: List[int], state: List[Tensor], prompt_keys: List[Tensor], prompt_values: List[Tensor],
        own_keys: List[Tensor], own_values: List[Tensor], temperature: float, top_k: int, top_p: float, min_p: float,
        stops: Tensor, packed: List[Tensor], biases: List[Optional[Tensor]], w: List[Tensor], cos: Tensor, sin: Tensor,
        eps: float
  ) -> int:
    if at[0] - at[1] >= torch.size(own_keys[0], 3):
      self.make_room(at, state, own_keys, own_values, w)
    births = state[5]
    # Of lanes in which nothing goes on any more it would exceed what there is a position for.
    n = torch.clamp_max(torch.rsub(births, at[0]), torch.size(state[2], 1) - 1)
    own_mask = annotate(Optional[Tensor], None)
    if at[2] == 1:
      time = torch.unsqueeze(torch.arange(at[1], at[0] + 1, device=ops.prim.device(births)), 0)
      earlier = torch.lt(time, torch.unsqueeze(births, 1))
      open = torch.zeros(torch.size(earlier), dtype=ops.prim.dtype(w[0]), device=ops.prim.device(births))
      own_mask = torch.reshape(torch.masked_fill(open, earlier, -inf), [torch.size(births, 0), 1, 1, -1])
    logits = self.step(
      state[8], state[6] + n, at[0] - at[1], prompt_keys, prompt_values, state[7], own_keys, own_values, own_mask,
      w, packed, biases, cos, sin, eps)
    number = torch.unsqueeze(n + 1, 1)
    token, done, = self.drawn(logits, state[3], state[4], number, temperature, top_k, top_p, min_p, stops, state)
    state[4] = done
    state[8] = token
    at[0] = at[0] + 1
    return self.live(state)

  # Room for further tokens in the slots' own caches: what is older than every completion that goes on is dropped, and the rest
  # grows by half: memory follows the tokens there are.
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

  # A cache (L, J, K, n, D) with room for half as many tokens again, for 64 at least and N at most.
  def longer(self, cache: Tensor, N: int) -> Tensor:
    L, J, K, n, D, = torch.size(cache)
    room = min(N, max(64, n + n // 2))
    grown = torch.empty([L, J, K, room, D], dtype=ops.prim.dtype(cache), device=ops.prim.device(cache))
    _5 = torch.copy_(torch.slice(grown, 3, 0, n), cache)
    return grown

  # Ends completions from outside: rows names them. Returns how many go on.
  def finish(self, rows: Tensor, state: List[Tensor]) -> int:
    state[4] = torch.logical_or(state[4], torch.isin(state[3], rows))
    return self.live(state)

  # ---- Learning ----

  # Rows of the head that are computed at a time, so that their (.., V) numbers stay in the processor's cache; with a large
  # vocabulary more, since the gradient of the whole table is passed over once for every block.
  def block(self, table: Tensor) -> int:
    return max(128, 1 + 2097152 // torch.size(table, 0))

  # Log-probabilities (rows, V) of every token that may follow hidden states, some rows of (M, E), at a temperature.
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
  # weight min(exp(old - sampler), C), plus beta times the k3 estimate exp(d) - 1 - d, d = reference - new, of the
  # divergence from the reference.
  def policy_terms(
        self, new: Tensor, old: Tensor, sampler: Tensor, reference: Tensor, advantage: Tensor, clip: float,
        truncation: float, beta: float
  ) -> Tensor:
    ratio = torch.exp(new - old)
    surrogate = torch.maximum(-advantage * ratio, -advantage * torch.clamp(ratio, 1. - clip, 1. + clip))
    terms = surrogate * torch.clamp_max(torch.exp(old - sampler), truncation)
    if beta > 0.:
      d = torch.clamp(reference - new, -40., 40.)
      terms = terms + (torch.exp(d) - 1. - d) * beta
    return terms

  # What of a list is not empty.
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

  # Hidden states of whole sequences to learn from, and what back needs to go through the layers again: nothing where the
  # graph begins at what is learned; the embedded tokens where it begins there; with recompute every layer's input and the last
  # one's output, without any graph.
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

  # Adds to the gradients, of the adapters where there are any and else of the weights, what h, the hidden states after the
  # last norm, give with their own gradient on_h. The gradient of the embedding is added token by token in the gradients'
  # own type: many tokens are the same, and bfloat16 stops growing after a few hundred of them.
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

  # The derivatives of y by some tensors, given its own.
  def derivatives(self, y: Tensor, by: List[Tensor], on_y: Tensor) -> List[Tensor]:
    found = annotate(List[Tensor], [])
    for g in torch.grad([y], by, annotate(List[Optional[Tensor]], [on_y]), False, False, False):
      found.append(unchecked_cast(Tensor, g))
    return found

  # The head some rows backward: g (rows, 1) is the loss's derivative by the targets' log-probabilities, divided by the
  # temperature, and p (rows, V) the probabilities, which are overwritten. The loss's derivative by the logits is g (1 at the
  # target, 0 elsewhere, minus p), so that no graph need hold them. Adds the table's gradient, unless it is empty; returns the
  # hidden states'.
  def head_back(self, p: Tensor, g: Tensor, target: Tensor, some: Tensor, table: Tensor, on_table: Tensor) -> Tensor:
    by_logits = self.like(torch.scatter_add_(torch.mul_(p, -g), 1, target, g), table)
    if torch.numel(on_table) == 0:
      pass
    elif ops.prim.dtype(table) == 15:
      _1 = torch.add_(on_table, torch.mm(torch.t(by_logits), some))
    else:
      _1 = torch.addmm_(on_table, torch.t(by_logits), some)
    return torch.mm(by_logits, table)

  # The head's gradient; empty where adapters learn.
  def on_head(self, adapters: List[Tensor], gradients: List[Tensor]) -> Tensor:
    if torch.len(adapters) > 0:
      found = torch.empty([0], device=ops.prim.device(gradients[0]))
    else:
      found = self.head(gradients)
    return found

  # Adds the gradients of one micro-batch to the given ones. per_token (5, M): old, sampler's and reference
  # log-probabilities, advantage, share in the loss (sequence weight / divisor). Returns in float64: loss, clipped
  # tokens, truncated tokens, sum of entropies, sum of |old - sampler|. If first is 1, the weights have not
  # moved yet, and this pass's own log-probabilities are the old ones. If recompute is 1, each layer is computed a second
  # time on the way back, so that what lies inside the layers is held of one layer at a time.
  def add_policy_gradients(
        self, ids: Tensor, rows: Tensor, targets: Tensor, per_token: Tensor, first: int, clip: float,
        truncation: float, beta: float, temperature: float, recompute: int, w: List[Tensor], adapters: List[Tensor],
        gradients: List[Tensor], scale: float, cos: Tensor, sin: Tensor, eps: float
  ) -> Tensor:
    x, kept, = self.forth(ids, w, adapters, scale, cos, sin, eps, recompute)
    h = self.norm(torch.index_select(torch.flatten(x, 0, 1), 0, rows), self.last_norm(w), eps)
    fixed = torch.detach(h)
    table = torch.detach(self.head(w))
    on_table = self.on_head(adapters, gradients)
    on_h = torch.empty_like(fixed)
    sums = torch.zeros([5], dtype=7, device=ops.prim.device(x))
    M = torch.size(rows, 0)
    block = self.block(table)
    for i in range((M + block - 1) // block):
      begin = i * block
      end = begin + block
      some = torch.slice(fixed, 0, begin, end)
      target = torch.unsqueeze(torch.slice(targets, 0, begin, end), 1)
      old, sampler, reference, advantage, share, = torch.unbind(torch.slice(per_token, 1, begin, end), 0)
      all = self.all_log_probs(some, table, temperature)
      new = torch.requires_grad_(torch.squeeze(torch.gather(all, 1, target), 1), True)
      if first == 1:
        old = torch.detach(new)
      terms = self.policy_terms(new, old, sampler, reference, advantage, clip, truncation, beta)
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

  # The same for supervised learning; the loss is the sum of the targets' negative log-probabilities times share.
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
    loss = torch.zeros([], dtype=7, device=ops.prim.device(x))
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

  # The others may be on another device, and rounded.
  def add(self, gradients: List[Tensor], others: List[Tensor]) -> NoneType:
    for i in range(len(others)):
      _1 = torch.add_(gradients[i], torch.to(others[i], ops.prim.device(gradients[i]), ops.prim.dtype(gradients[i])))
    return None

  def gradient_norm(self, gradients: List[Tensor]) -> Tensor:
    return torch.to(torch.linalg_vector_norm(torch.stack(torch._foreach_norm(gradients, 2)), 2), 7)

  # One AdamW step on the gradients, which are multiplied by scale first.
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

  # Copies others into some tensors, which may be on another device; rounded, if that is what they hold.
  def copy(self, some: List[Tensor], others: List[Tensor]) -> NoneType:
    torch._foreach_copy_(some, others)
    return None

  # A copy in float32, on the device of here.
  def master(self, x: Tensor, here: Tensor) -> Tensor:
    return torch.to(torch.detach(x), ops.prim.device(here), 6, False, True)

  # ---- To and from Java, a part of a tensor at a time; numbers are counted row by row ----

  # A tensor without values, where here is.
  def empty(self, shape: List[int], dtype: int, here: Tensor) -> Tensor:
    return torch.empty(shape, dtype=dtype, device=ops.prim.device(here))

  # Puts values in from number begin on, rounded to what x holds.
  def put(self, x: Tensor, begin: int, values: Tensor) -> NoneType:
    _1 = torch.copy_(torch.slice(torch.view(x, [-1]), 0, begin, begin + torch.numel(values)), values)
    return None

  # The numbers from begin to end, in float32.
  def part(self, x: Tensor, begin: int, end: int) -> Tensor:
    return self.to_float32(torch.slice(torch.view(torch.detach(x), [-1]), 0, begin, end))

  # The same of a matrix with its adapters in it, whole rows.
  def merged(self, weight: Tensor, a: Tensor, b: Tensor, scale: float, begin: int, end: int) -> Tensor:
    width = torch.size(weight, 1)
    some = torch.slice(b, 0, begin // width, end // width)
    product = torch.flatten(torch.mm(self.to_float32(some), self.to_float32(a)))
    return torch.add(self.part(weight, begin, end), torch.mul_(product, scale))

  def to_float32(self, x: Tensor) -> Tensor:
    return torch.to(torch.detach(x), 6)
