package spice.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// The decoder in plain Java and float64, one position at a time, written for reading. Tests compare the
/// TorchScript with it.
final class ReferenceDecoder {
    private final ModelConfig config;
    private final Map<String, HostTensor> weights;

    ReferenceDecoder(ModelConfig config, Map<String, HostTensor> weights) {
        this.config = config;
        // A tensor in a file reads its values anew at each access, so they are copied once.
        this.weights = new HashMap<>();
        weights.forEach((name, tensor) -> this.weights.put(name, new HostTensor(tensor.shape(), tensor.values())));
    }

    /// The logits (T, V) after every position.
    double[][] logits(int... tokens) {
        double[][] x = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            x[t] = row("model.embed_tokens.weight", tokens[t]);
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            x = block("model.layers." + layer + ".", x);
        }
        String head = config.tiedEmbeddings() ? "model.embed_tokens" : "lm_head";
        double[][] logits = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            logits[t] = linear(head, norm("model.norm", x[t]));
        }
        return logits;
    }

    /// log softmax(logits / temperature).
    static double[] logProbs(double[] logits, double temperature) {
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit / temperature);
        }
        double[] logProbs = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            logProbs[i] = logits[i] / temperature - Math.log(sum);
        }
        return logProbs;
    }

    private double[][] block(String prefix, double[][] x) {
        int width = config.headDimension();
        int group = config.heads() / config.keyValueHeads();
        double[][] queries = new double[x.length][];
        double[][] keys = new double[x.length][];
        double[][] values = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] h = norm(prefix + "input_layernorm", x[t]);
            queries[t] = heads(prefix + "self_attn.q_norm", linear(prefix + "self_attn.q_proj", h), t);
            keys[t] = heads(prefix + "self_attn.k_norm", linear(prefix + "self_attn.k_proj", h), t);
            values[t] = linear(prefix + "self_attn.v_proj", h);
        }
        double[][] next = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] attended = new double[config.heads() * width];
            for (int head = 0; head < config.heads(); head++) {
                int keyHead = head / group;
                double[] scores = new double[t + 1];
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < width; i++) {
                        scores[s] += queries[t][head * width + i] * keys[s][keyHead * width + i] / Math.sqrt(width);
                    }
                }
                double[] shares = logProbs(scores, 1);
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < width; i++) {
                        attended[head * width + i] += Math.exp(shares[s]) * values[s][keyHead * width + i];
                    }
                }
            }
            double[] y = plus(x[t], linear(prefix + "self_attn.o_proj", attended));
            double[] h = norm(prefix + "post_attention_layernorm", y);
            double[] gate = linear(prefix + "mlp.gate_proj", h);
            double[] up = linear(prefix + "mlp.up_proj", h);
            for (int i = 0; i < gate.length; i++) {
                up[i] *= gate[i] / (1 + Math.exp(-gate[i]));
            }
            next[t] = plus(y, linear(prefix + "mlp.down_proj", up));
        }
        return next;
    }

    /// Norms each head if the family does, and rotates its halves. [RopeTest] checks the frequencies by hand.
    private double[] heads(String norm, double[] x, int position) {
        int width = config.headDimension();
        int half = width / 2;
        double[] frequencies = config.rope().frequencies(width);
        double factor = config.rope().attentionFactor();
        double[] turned = new double[x.length];
        for (int from = 0; from < x.length; from += width) {
            double[] head = Arrays.copyOfRange(x, from, from + width);
            if (config.family() == Family.QWEN3) {
                head = norm(norm, head);
            }
            for (int i = 0; i < half; i++) {
                double cosine = factor * Math.cos(position * frequencies[i]);
                double sine = factor * Math.sin(position * frequencies[i]);
                turned[from + i] = head[i] * cosine - head[half + i] * sine;
                turned[from + half + i] = head[half + i] * cosine + head[i] * sine;
            }
        }
        return turned;
    }

    private double[] norm(String name, double[] x) {
        double sum = 0;
        for (double value : x) {
            sum += value * value;
        }
        double scale = 1 / Math.sqrt(sum / x.length + config.normEpsilon());
        float[] weight = weights.get(name + ".weight").values();
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] * scale * weight[i];
        }
        return y;
    }

    private double[] linear(String name, double[] x) {
        double[] y = new double[(int) weights.get(name + ".weight").shape()[0]];
        HostTensor bias = weights.get(name + ".bias");
        for (int out = 0; out < y.length; out++) {
            double[] row = row(name + ".weight", out);
            y[out] = bias == null ? 0 : bias.values()[out];
            for (int in = 0; in < x.length; in++) {
                y[out] += row[in] * x[in];
            }
        }
        return y;
    }

    private double[] row(String name, int index) {
        HostTensor weight = weights.get(name);
        int width = (int) weight.shape()[1];
        double[] row = new double[width];
        for (int i = 0; i < width; i++) {
            row[i] = weight.values()[index * width + i];
        }
        return row;
    }

    private static double[] plus(double[] a, double[] b) {
        double[] sum = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }
}
