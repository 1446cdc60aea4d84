package spice.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// The fields of a config that nothing here computes with. Those of other mathematics are refused, unless their
/// value changes nothing; those that concern no mathematics are silent; all others are named to whoever brings the
/// model.
final class UnusedFields {
    /// Fields that [ConfigFile] and [RopeFields] read.
    private static final Set<String> READ = Set.of(
            "architectures",
            "attention_bias",
            "dtype",
            "eos_token_id",
            "head_dim",
            "hidden_act",
            "hidden_size",
            "intermediate_size",
            "layer_types",
            "max_position_embeddings",
            "max_window_layers",
            "mlp_bias",
            "model_type",
            "num_attention_heads",
            "num_experts",
            "num_hidden_layers",
            "num_key_value_heads",
            "num_local_experts",
            "n_routed_experts",
            "rms_norm_eps",
            "rope_parameters",
            "rope_scaling",
            "rope_theta",
            "tie_word_embeddings",
            "torch_dtype",
            "use_sliding_window",
            "vocab_size");

    /// Fields of the rotary part that [RopeFields] reads.
    private static final Set<String> READ_OF_ROPE = Set.of(
            "attention_factor",
            "beta_fast",
            "beta_slow",
            "factor",
            "high_freq_factor",
            "low_freq_factor",
            "mscale",
            "mscale_all_dim",
            "original_max_position_embeddings",
            "partial_rotary_factor",
            "rope_theta",
            "rope_type",
            "truncate",
            "type");

    /// Fields about the file, about training from scratch or about other programs' memory.
    private static final Set<String> SILENT = Set.of(
            "_attn_implementation",
            "_attn_implementation_autoset",
            "_from_model_config",
            "_model_name_or_path",
            "_name_or_path",
            "bos_token_id",
            "do_sample",
            "initializer_range",
            "pad_token_id",
            "pretraining_tp",
            "transformers_version",
            "unk_token_id",
            "use_cache");

    /// Fields of a generation config that do nothing where they are 1.
    private static final Set<String> OFF_AT_ONE =
            Set.of("length_penalty", "num_beams", "repetition_penalty", "temperature", "top_p");

    /// Fields of other decoders, each with the values that change nothing.
    private static final Map<String, List<String>> OTHER_MATHEMATICS = Map.ofEntries(
            Map.entry("alibi", List.of("false")),
            Map.entry("attention_chunk_size", List.of()),
            Map.entry("attention_multiplier", List.of()),
            Map.entry("attn_logit_softcapping", List.of()),
            Map.entry("clip_qkv", List.of()),
            Map.entry("compression_config", List.of()),
            Map.entry("dim_model_base", List.of()),
            Map.entry("embedding_multiplier", List.of("1")),
            Map.entry("final_logit_softcapping", List.of()),
            Map.entry("hidden_activation", List.of("silu")),
            Map.entry("logit_scale", List.of("1")),
            Map.entry("logits_scaling", List.of("1")),
            Map.entry("no_rope_layer_interval", List.of("0")),
            Map.entry("no_rope_layers", List.of("[]")),
            Map.entry("parallel_residual", List.of("false")),
            Map.entry("partial_rotary_factor", List.of("1")),
            Map.entry("position_embedding_type", List.of("rope", "rotary")),
            Map.entry("qk_layernorm", List.of("false")),
            Map.entry("quantization_config", List.of()),
            Map.entry("query_pre_attn_scalar", List.of()),
            Map.entry("residual_multiplier", List.of("1")),
            Map.entry("rope_interleaved", List.of("false")),
            Map.entry("rotary_pct", List.of("1")),
            Map.entry("scale_depth", List.of()),
            Map.entry("scale_emb", List.of("1")),
            Map.entry("use_alibi", List.of("false")),
            Map.entry("use_parallel_residual", List.of("false")));

    private UnusedFields() {}

    /// Refuses fields of other mathematics.
    ///
    /// @throws ModelException if one has a value that changes what a decoder computes
    static void refuseOtherMathematics(JsonFields fields) {
        OTHER_MATHEMATICS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .filter(field -> fields.has(field.getKey()))
                .filter(field -> !field.getValue().contains(word(fields.get(field.getKey()))))
                .findFirst()
                .ifPresent(field -> {
                    throw fields.unsupported(field.getKey(), fields.get(field.getKey()), ConfigFile.OTHERS);
                });
    }

    /// The value as a word; whole numbers without a point.
    private static String word(JsonNode value) {
        return value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue())
                ? Long.toString(value.longValue())
                : value.isContainerNode() ? value.toString() : value.asText();
    }

    /// Names of the fields that are there and say something, but change nothing here.
    static List<String> named(JsonFields fields) {
        JsonNode json = fields.json();
        Stream<String> unread = saying(json)
                .filter(name -> !READ.contains(name) && !SILENT.contains(name) && !OTHER_MATHEMATICS.containsKey(name))
                // A config that says whether windows are used has been read.
                .filter(name -> !(name.equals("sliding_window") && json.has("use_sliding_window")));
        Stream<String> ofRope = Stream.of("rope_scaling", "rope_parameters")
                .flatMap(part -> saying(json.path(part))
                        .filter(name -> !READ_OF_ROPE.contains(name))
                        .map(name -> part + "." + name));
        return Stream.concat(unread, ofRope).sorted().toList();
    }

    private static Stream<String> saying(JsonNode object) {
        return object.properties().stream()
                .filter(field -> says(field.getValue()))
                .filter(field -> !(OFF_AT_ONE.contains(field.getKey())
                        && word(field.getValue()).equals("1")))
                .map(Map.Entry::getKey);
    }

    private static boolean says(JsonNode value) {
        return !value.isNull()
                && !(value.isContainerNode() && value.isEmpty())
                && !(value.isBoolean() && !value.booleanValue())
                && !(value.isNumber() && value.doubleValue() == 0);
    }
}
